// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "erg/rank_place.h"
#include "erg/training_options.h"

namespace erg {

// Another rank ended or does not answer: which way it was noticed. The training cannot go on.
class RankLost : public TrainingError {
 public:
  using TrainingError::TrainingError;
};

// Several processes that compute together. All of them make the same calls in the same order, each
// from one thread; a call returns when all ranks have come to it, and leaves the same bytes on
// all. Each may throw RankLost.
class Collective {
 public:
  virtual ~Collective() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;

  // The sum over the ranks, in place. Of `stream`'s device is the memory, where there is one: a
  // cudaStream_t on which the sum is there for what comes after it. Null: memory of the host.
  virtual void sum(std::span<float> values, void* stream = nullptr) = 0;
  virtual void sum(std::span<double> values) = 0;
  // What the rank `from` has.
  virtual void broadcast(std::span<std::byte> bytes, int from) = 0;
};

// What each rank says, by rank.
std::vector<std::string> gather(Collective& ranks, std::string_view mine);
// Whether one of them says yes.
bool any(Collective& ranks, bool mine);

// Meets the other ranks: through MPI where mpirun launched them, or srun that names no MASTER_ADDR;
// else through TCP by the store at MASTER_ADDR. Waits for them. After `stop` was asked for, a call
// waits for the others only as long as the launcher leaves time. Throws TrainingError when they
// cannot meet.
std::unique_ptr<Collective> join_ranks(const RankPlace& place, std::stop_token stop);

}  // namespace erg
