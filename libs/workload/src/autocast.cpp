// SPDX-License-Identifier: Apache-2.0
#include "autocast.h"

#include <string>

namespace erg {
namespace {

constexpr double kFirstScale = 65536;
constexpr double kGrowth = 2;
constexpr double kBackoff = 0.5;
constexpr std::int64_t kGrowthInterval = 2000;

bool is_autocast(Precision precision) {
  return precision == Precision::bf16 || precision == Precision::fp16;
}

}  // namespace

void use_precision(Precision precision, at::Device device) {
  const bool tf32 = precision == Precision::tf32;
  if (tf32 && !device.is_cuda()) {
    throw TrainingError{"precision tf32 is one of NVIDIA's GPUs: not on device " + device.str()};
  }
  at::globalContext().setAllowTF32CuDNN(tf32);
  at::globalContext().setAllowTF32CuBLAS(tf32);
}

AutocastScope::AutocastScope(Precision precision, at::Device device)
    : on_{is_autocast(precision)}, type_{device.type()} {
  if (!on_) return;
  at::autocast::set_autocast_dtype(type_, precision == Precision::bf16 ? at::kBFloat16 : at::kHalf);
  at::autocast::set_autocast_enabled(type_, true);
  at::autocast::increment_nesting();
}

AutocastScope::~AutocastScope() {
  if (!on_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(type_, false);
}

GradientScaler::GradientScaler(at::Device device)
    : scale_{at::full({}, kFirstScale, at::dtype(at::kFloat).device(device))},
      growth_{at::zeros({}, at::dtype(at::kInt).device(device))},
      found_{at::zeros({}, at::dtype(at::kFloat).device(device))} {}

bool GradientScaler::unscale(const std::vector<at::Tensor>& gradients, bool again) {
  const at::NoGradGuard no_gradients;
  found_.zero_();
  at::Tensor inverse = scale_.to(at::kDouble).reciprocal().to(at::kFloat);
  if (again) inverse.fill_(1);
  at::_amp_foreach_non_finite_check_and_unscale_(gradients, found_, inverse);
  const bool finite = found_.item<float>() == 0;
  if (!again) {
    at::_amp_update_scale_(scale_, growth_, found_, kGrowth, kBackoff, kGrowthInterval);
  }
  return finite;
}

}  // namespace erg
