// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "erg/testing/fake_nvml.h"

namespace {

// What a card answers to one kind of question.
std::int32_t erg::testing::FakeGpu::*result_of(std::string_view name) {
  using erg::testing::FakeGpu;
  if (name == "ring_result") return &FakeGpu::ring_result;
  if (name == "instant_result") return &FakeGpu::instant_result;
  if (name == "average_result") return &FakeGpu::average_result;
  if (name == "usage_result") return &FakeGpu::usage_result;
  if (name == "energy_result") return &FakeGpu::energy_result;
  if (name == "gauge_result") return &FakeGpu::gauge_result;
  if (name == "lost") return &FakeGpu::lost;
  return nullptr;
}

}  // namespace

// fake_nvml_state FILE [NAME=VALUE...]: two cards for tests that are no C++, with the NVML return
// codes that are named.
int main(int argc, char** argv) {
  if (argc < 2) return 2;
  erg::testing::FakeNvml fake{argv[1]};
  for (int i = 2; i < argc; ++i) {
    const std::string_view word{argv[i]};
    const auto sign = word.find('=');
    if (sign == std::string_view::npos) return 2;
    const int value = std::atoi(argv[i] + sign + 1);
    const auto name = word.substr(0, sign);
    if (name == "init_result") {
      fake.state().init_result = value;
    } else if (name == "set_result") {
      for (auto& gpu : fake.state().gpu) gpu.set_result = value;
    } else if (name == "limit_result") {
      for (auto& gpu : fake.state().gpu) gpu.limit_result = value;
    } else if (name == "lock_result") {
      for (auto& gpu : fake.state().gpu) gpu.lock_result = value;
    } else if (name == "ignores_limit") {
      for (auto& gpu : fake.state().gpu) gpu.ignores_limit = value;
    } else if (name == "ignores_clock_lock") {
      for (auto& gpu : fake.state().gpu) gpu.ignores_clock_lock = value;
    } else if (const auto member = result_of(name)) {
      for (auto& gpu : fake.state().gpu) gpu.*member = value;
    } else if (name == "power_mw") {
      for (auto& gpu : fake.state().gpu) gpu.power_mw = static_cast<unsigned>(value);
    } else if (name == "silent_clamp_mw") {
      for (auto& gpu : fake.state().gpu) gpu.silent_clamp_mw = static_cast<unsigned>(value);
    } else if (name == "throttle_reasons") {
      for (auto& gpu : fake.state().gpu) gpu.throttle_reasons = static_cast<unsigned>(value);
    } else if (name == "gpus") {
      fake.state().gpus = static_cast<unsigned>(value);
    } else {
      std::fprintf(stderr, "fake_nvml_state: no such name: %s\n", argv[i]);
      return 2;
    }
  }
}
