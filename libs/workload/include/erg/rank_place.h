// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace erg {

// Who started the processes that train together.
enum class Launcher { torchrun, mpirun, srun };

// One process of several that train one network together, as its launcher tells it.
struct RankPlace {
  Launcher launcher = Launcher::mpirun;
  int rank = 0;
  int size = 1;
  int local_rank = 0;          // among those on this host
  std::string master_address;  // where the ranks find each other without MPI; empty: not told
  std::uint16_t master_port = 0;
  bool master_serves = false;  // the launcher itself keeps the store at that port
  std::string attempt;         // tells a restart from what it replaces
  double seconds_to_end = 10;  // from the signal to stop until the launcher kills
};

// The value of an environment variable; null: not set.
using Variable = std::function<const char*(const char* name)>;

// From OMPI_COMM_WORLD_* (mpirun), RANK, WORLD_SIZE, LOCAL_RANK (torchrun), SLURM_* (srun), in this
// order; empty for a process alone. Throws TrainingError for variables that contradict each other.
//
// SLURM_NTASKS alone is no launch by srun: a batch script has it, too.
std::optional<RankPlace> rank_place(const Variable& variable);
std::optional<RankPlace> rank_place();

}  // namespace erg
