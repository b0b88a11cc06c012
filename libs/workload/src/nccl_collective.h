// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <stop_token>
#include <thread>

#include "erg/collective.h"
#include "nccl.h"

namespace erg {

// Sums in the memory of GPUs through NCCL, everything else through the collective it is built on,
// by which the ranks also agree on NCCL's id.
class NcclCollective : public Collective {
 public:
  // The calling thread's CUDA device is this rank's. All ranks construct it together; `host`
  // outlives it. Throws TrainingError.
  explicit NcclCollective(Collective& host);
  // Ends what is still under way when something went wrong: a sum that waits for a dead rank would
  // keep the device for ever.
  ~NcclCollective() override;

  int rank() const override { return host_.rank(); }
  int size() const override { return host_.size(); }
  void sum(std::span<float> values, void* stream) override;
  void sum(std::span<double> values) override { host_.sum(values); }
  void broadcast(std::span<std::byte> bytes, int from) override { host_.broadcast(bytes, from); }

 private:
  void watch(const std::stop_token& end);
  void abort();

  Collective& host_;
  nccl::Library nccl_;
  std::mutex mutex_;
  nccl::Comm comm_ = nullptr;  // guarded by mutex_; null once aborted
  std::string error_;          // guarded by mutex_; why
  std::jthread watcher_;       // last: joined before what it uses is destroyed
};

}  // namespace erg
