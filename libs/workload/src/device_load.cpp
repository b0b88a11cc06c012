// SPDX-License-Identifier: Apache-2.0
#include "erg/device_load.h"

#include <algorithm>
#include <chrono>

#include "compute_device.h"

namespace erg {

struct DeviceLoad::Place {
  at::Device device;
  at::Tensor a, b, product;
  int products = 1;  // that take about a hundredth of a second

  void launch() {
    const c10::InferenceMode no_gradients;
    for (int i = 0; i < products; ++i) at::mm_out(product, a, b);
  }
};

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kTurn{10};
constexpr int kMostProducts = 256;

}  // namespace

DeviceLoad::DeviceLoad(std::span<const std::string> devices) {
  const c10::InferenceMode no_gradients;
  for (const auto& word : devices) {
    const at::Device device = compute_device(word);
    const auto kind = device.is_cpu() ? at::kFloat : at::kHalf;
    const std::int64_t size = device.is_cpu() ? 512 : 4096;
    const auto options = at::TensorOptions{}.dtype(kind).device(device);
    Place place{device, at::full({size, size}, 0.5, options), at::full({size, size}, 0.25, options),
                at::zeros({size, size}, options)};
    place.launch();  // chooses the kernel
    synchronize(device);
    const auto before = Clock::now();
    place.launch();
    synchronize(device);
    const double one_s = std::chrono::duration<double>{Clock::now() - before}.count();
    const double fitting = std::chrono::duration<double>{kTurn}.count() / std::max(one_s, 1e-6);
    place.products = std::clamp(static_cast<int>(fitting), 1, kMostProducts);
    places_.push_back(std::move(place));
  }
}

DeviceLoad::~DeviceLoad() = default;

void DeviceLoad::work() {
  for (auto& place : places_) place.launch();
  for (const auto& place : places_) synchronize(place.device);
}

std::vector<std::string> cuda_devices() {
  std::vector<std::string> names;
  if (!at::hasCUDA()) return names;
  const c10::impl::VirtualGuardImpl cuda{c10::DeviceType::CUDA};
  for (int i = 0; i < cuda.deviceCount(); ++i) names.push_back("cuda:" + std::to_string(i));
  return names;
}

}  // namespace erg
