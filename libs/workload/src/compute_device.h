// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "erg/training_options.h"
#include "torch_headers.h"

namespace erg {

// "cpu", "cuda", "cuda:N". Throws TrainingError when it is not there, saying why.
at::Device compute_device(std::string_view word);

// Waits until the device has done everything; nothing to wait for on a CPU.
void synchronize(at::Device device);

// A device without events of its own finishes each operation before the next line of the program.
inline bool asynchronous(at::Device device) { return !device.is_cpu(); }

inline c10::Stream current_stream(at::Device device) {
  return c10::impl::VirtualGuardImpl{device.type()}.getStream(device);
}

// The UUID by which NVML knows a CUDA device, "GPU-..."; empty where the driver does not tell.
std::optional<std::string> cuda_uuid(at::Device device);

// The last cache before memory; a typical size where the machine does not tell.
std::int64_t cache_bytes(at::Device device);

// Bytes that tensors took at most since reset_peak_memory; empty on a CPU.
std::optional<std::int64_t> peak_memory(at::Device device);
void reset_peak_memory(at::Device device);

// "torch", and "cuda" where it is a CUDA build.
std::map<std::string, std::string> torch_versions();

}  // namespace erg
