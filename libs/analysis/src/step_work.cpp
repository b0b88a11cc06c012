// SPDX-License-Identifier: Apache-2.0
#include "erg/step_work.h"

namespace erg {
namespace {

double real(std::uint64_t count) { return static_cast<double>(count); }

}  // namespace

PassWork& PassWork::operator+=(const PassWork& other) {
  macs += other.macs;
  bytes += other.bytes;
  kernels += other.kernels;
  return *this;
}

StepWork step_work(const Complexity& complexity) {
  StepWork work;
  work.batch = static_cast<double>(complexity.batch);
  const auto add = [&work](const PassWork& pass) {
    work.passes.push_back(pass);
    work.total += pass;
  };
  double weighted = 0;
  for (const auto& layer : complexity.layers) {
    const Counts& counts = layer.counts;
    const double bytes = real(counts.bytes_read) + real(counts.bytes_written);
    if (counts.weight_bytes > 0) ++weighted;
    if (bytes == 0 && counts.forward_kernels == 0) continue;
    add({real(counts.macs), bytes, real(counts.forward_kernels)});
    add({real(counts.backward_macs), 2 * bytes, real(counts.backward_kernels)});
  }
  add({0, real(complexity.optimizer_bytes), weighted});
  return work;
}

}  // namespace erg
