// SPDX-License-Identifier: Apache-2.0
#include "compute_device.h"

#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <dlfcn.h>
#include <torch/version.h>
#include <unistd.h>

#include <algorithm>
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

// CUDA's driver, where PyTorch has loaded it.
class Driver {
 public:
  Driver() : library_{::dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD)} {}
  ~Driver() {
    if (library_ != nullptr) ::dlclose(library_);
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  template <class Function>
  Function function(const char* name) const {
    if (library_ == nullptr) return nullptr;
    return reinterpret_cast<Function>(::dlsym(library_, name));
  }
  std::optional<int> device(int index) const {
    using Get = int (*)(int*, int);
    const auto get = function<Get>("cuDeviceGet");
    int handle = 0;
    if (get == nullptr || get(&handle, index) != 0) return {};
    return handle;
  }

 private:
  void* library_;
};

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

// The driver's library is in the process already; its functions are declared here.
std::optional<std::string> cuda_uuid(at::Device device) {
  if (!device.is_cuda()) return {};
  const Driver driver;
  using GetUuid = int (*)(unsigned char*, int);
  const auto get_uuid = driver.function<GetUuid>("cuDeviceGetUuid");
  const auto handle = driver.device(device.index());
  Uuid16 bytes{};
  if (!handle || get_uuid == nullptr || get_uuid(bytes.data(), *handle) != 0) return {};
  return gpu_name(bytes);
}

std::int64_t cache_bytes(at::Device device) {
  constexpr std::int64_t kTypical = 32 << 20;
  if (device.is_cuda()) {
    const Driver driver;
    constexpr int kL2CacheSize = 38;  // CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE
    using GetAttribute = int (*)(int*, int, int);
    const auto get_attribute = driver.function<GetAttribute>("cuDeviceGetAttribute");
    const auto handle = driver.device(device.index());
    int bytes = 0;
    const bool known = handle && get_attribute != nullptr &&
                       get_attribute(&bytes, kL2CacheSize, *handle) == 0 && bytes > 0;
    return known ? bytes : kTypical;
  }
  const long bytes = ::sysconf(_SC_LEVEL3_CACHE_SIZE);
  // A virtual machine shows its host's, of which it has a part.
  return bytes > 0 ? std::min<std::int64_t>(bytes, kTypical) : kTypical;
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
