// SPDX-License-Identifier: Apache-2.0
#include "initialize.h"

#include <cmath>

namespace erg {
namespace {

void fill_uniform(at::Tensor& tensor, double bound, at::Generator& random) {
  tensor.uniform_(-bound, bound, random);
}

void fill_weight(at::Tensor& tensor, const Tensor& description, Initialization initialization,
                 at::Generator& random) {
  const auto fan_in = static_cast<double>(description.fan_in);
  const auto fan_out = static_cast<double>(description.fan_out);
  switch (initialization) {
    case Initialization::torch:
      return fill_uniform(tensor, 1 / std::sqrt(fan_in), random);
    case Initialization::xavier_uniform:
      return fill_uniform(tensor, std::sqrt(6 / (fan_in + fan_out)), random);
    case Initialization::kaiming_normal:
      tensor.normal_(0, std::sqrt(2 / fan_out), random);
      return;
    case Initialization::normal_02:
      tensor.normal_(0, 0.02, random);
      return;
  }
}

void fill_bias(at::Tensor& tensor, const Tensor& description, Initialization initialization,
               at::Generator& random) {
  const bool zero = initialization == Initialization::kaiming_normal ||
                    initialization == Initialization::normal_02;
  if (zero) {
    tensor.zero_();
  } else {
    fill_uniform(tensor, 1 / std::sqrt(static_cast<double>(description.fan_in)), random);
  }
}

}  // namespace

at::Tensor initialized(const Tensor& description, Initialization initialization,
                       at::Generator& random) {
  at::Tensor tensor = at::empty(description.shape.dims, at::kFloat);
  switch (description.fill) {
    case Fill::weight:
      fill_weight(tensor, description, initialization, random);
      break;
    case Fill::bias:
      fill_bias(tensor, description, initialization, random);
      break;
    case Fill::constant:
      tensor.fill_(description.value);
      break;
    case Fill::normal:
      tensor.normal_(0, description.value, random);
      break;
  }
  return tensor;
}

}  // namespace erg
