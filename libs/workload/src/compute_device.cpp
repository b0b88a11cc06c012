// SPDX-License-Identifier: Apache-2.0
#include "compute_device.h"

#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <dlfcn.h>
#include <torch/version.h>

#include <array>
#include <charconv>

namespace erg {
namespace {

using Uuid16 = std::array<unsigned char, 16>;

std::string gpu_name(const Uuid16& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "GPU-";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

c10::DeviceAllocator& allocator(at::Device device) {
  return *c10::getDeviceAllocator(device.type());
}

}  // namespace

at::Device compute_device(std::string_view word) {
  if (word == "cpu") return at::kCPU;
  int index = 0;
  const bool named = word.starts_with("cuda:");
  const auto number = named ? word.substr(5) : std::string_view{"0"};
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
  if ((word != "cuda" && !named) || error != std::errc{} || end != number.data() + number.size() ||
      index < 0 || index > 127) {
    throw TrainingError{"no device is called '" + std::string{word} +
                        "'; there are cpu, cuda and cuda:N"};
  }
  if (!at::hasCUDA()) {
    throw TrainingError{"--device " + std::string{word} +
                        ": no GPU can be used: this is a CPU build of PyTorch (" TORCH_VERSION
                        "), or there is no NVIDIA driver; ERG_TORCH names another PyTorch"};
  }
  const int count = c10::impl::VirtualGuardImpl{at::kCUDA}.deviceCount();
  if (index >= count) {
    throw TrainingError{"--device " + std::string{word} + ": this process can use " +
                        std::to_string(count) +
                        " GPUs (the driver's, less what CUDA_VISIBLE_DEVICES leaves out)"};
  }
  return {at::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

void synchronize(at::Device device) {
  if (!asynchronous(device)) return;
  c10::impl::VirtualGuardImpl{device.type()}.synchronizeDevice(device.index());
}

// The driver's library is in the process already; its two functions are declared here.
std::optional<std::string> cuda_uuid(at::Device device) {
  if (!device.is_cuda()) return {};
  void* driver = ::dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  if (driver == nullptr) return {};
  using Get = int (*)(int*, int);
  using GetUuid = int (*)(unsigned char*, int);
  const auto get = reinterpret_cast<Get>(::dlsym(driver, "cuDeviceGet"));
  const auto get_uuid = reinterpret_cast<GetUuid>(::dlsym(driver, "cuDeviceGetUuid"));
  int handle = 0;
  Uuid16 bytes{};
  const bool known = get != nullptr && get_uuid != nullptr && get(&handle, device.index()) == 0 &&
                     get_uuid(bytes.data(), handle) == 0;
  ::dlclose(driver);
  if (!known) return {};
  return gpu_name(bytes);
}

std::optional<std::int64_t> peak_memory(at::Device device) {
  if (!asynchronous(device)) return {};
  return allocator(device).getDeviceStats(device.index()).allocated_bytes[0].peak;
}

void reset_peak_memory(at::Device device) {
  if (asynchronous(device)) allocator(device).resetPeakStats(device.index());
}

std::map<std::string, std::string> torch_versions() {
  std::map<std::string, std::string> versions{{"torch", TORCH_VERSION}};
  if (at::hasCUDA()) {
    const auto version = at::detail::getCUDAHooks().versionCUDART();
    versions["cuda"] = std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
  }
  return versions;
}

}  // namespace erg
