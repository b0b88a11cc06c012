// SPDX-License-Identifier: Apache-2.0
#include "nccl_collective.h"

#include <exception>

namespace erg {

NcclCollective::NcclCollective(Collective& host) : host_{host} {
  nccl::UniqueId id{};
  int status = nccl::kSuccess;
  if (rank() == 0) status = nccl_.get_unique_id(&id);
  if (any(host_, status != nccl::kSuccess)) {
    throw TrainingError{nccl_.words("ncclGetUniqueId", status)};
  }
  host_.broadcast(std::as_writable_bytes(std::span{id.bytes}), 0);
  status = nccl_.comm_init_rank(&comm_, size(), id, rank());
  if (status != nccl::kSuccess) {
    throw TrainingError{nccl_.words("ncclCommInitRank", status) +
                        ": does each rank have a card of its own?"};
  }
  watcher_ = std::jthread{[this](const std::stop_token& end) { watch(end); }};
}

NcclCollective::~NcclCollective() {
  watcher_.request_stop();
  watcher_.join();
  if (comm_ == nullptr) return;
  if (std::uncaught_exceptions() > 0) {
    nccl_.comm_abort(comm_);
  } else {
    nccl_.comm_destroy(comm_);
  }
}

// Without a stream the memory is the host's.
void NcclCollective::sum(std::span<float> values, void* stream) {
  if (stream == nullptr) return host_.sum(values);
  const std::lock_guard lock{mutex_};
  if (comm_ == nullptr) throw RankLost{"another rank ended: " + error_};
  const int status = nccl_.all_reduce(values.data(), values.data(), values.size(), nccl::kFloat32,
                                      nccl::kSum, comm_, stream);
  if (status != nccl::kSuccess && status != nccl::kInProgress) {
    throw RankLost{"the ranks cannot add up: " + nccl_.words("ncclAllReduce", status)};
  }
}

// The thread that trains may be waiting for the device, and the device for a dead rank.
void NcclCollective::watch(const std::stop_token& end) {
  constexpr std::chrono::milliseconds kEvery{100};
  while (!end.stop_requested()) {
    std::this_thread::sleep_for(kEvery);
    const std::lock_guard lock{mutex_};
    if (comm_ == nullptr) return;
    int error = nccl::kSuccess;
    const int status = nccl_.comm_get_async_error(comm_, &error);
    if (status == nccl::kSuccess) {
      if (error == nccl::kSuccess || error == nccl::kInProgress) continue;
      error_ = nccl_.words("on the device", error);
    } else {
      error_ = nccl_.words("ncclCommGetAsyncError", status);
    }
    abort();
  }
}

void NcclCollective::abort() {
  nccl_.comm_abort(comm_);
  comm_ = nullptr;
}

}  // namespace erg
