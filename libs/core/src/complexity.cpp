// SPDX-License-Identifier: Apache-2.0
#include "erg/complexity.h"

namespace erg {

Counts& Counts::operator+=(const Counts& other) {
  macs += other.macs;
  attention_macs += other.attention_macs;
  operations += other.operations;
  parameters += other.parameters;
  weight_bytes += other.weight_bytes;
  activations += other.activations;
  bytes_read += other.bytes_read;
  bytes_written += other.bytes_written;
  backward_macs += other.backward_macs;
  kept_bytes += other.kept_bytes;
  forward_kernels += other.forward_kernels;
  backward_kernels += other.backward_kernels;
  return *this;
}

double Counts::arithmetic_intensity() const {
  const auto bytes = static_cast<double>(bytes_read) + static_cast<double>(bytes_written);
  return bytes > 0 ? 2 * static_cast<double>(macs) / bytes : 0;
}

}  // namespace erg
