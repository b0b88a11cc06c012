// SPDX-License-Identifier: Apache-2.0
#include "limit_driver.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "limit_journal.h"
#include "nvml_status.h"
#include "text_file.h"

namespace erg {

using nvml::Handle;
using nvml::Library;
using nvml::Return;

namespace {

Watts watts(unsigned mw) { return milliwatts(static_cast<double>(mw)); }

// The lowest SM clock at the highest memory clock; 0 where the driver lists none.
unsigned least_clock_mhz(const Library& library, Handle card) {
  std::array<unsigned, 1024> clocks{};
  auto count = static_cast<unsigned>(clocks.size());
  if (library.memory_clocks_mhz(card, &count, clocks.data()) != nvml::kSuccess || count == 0) {
    return 0;
  }
  const unsigned memory = *std::max_element(clocks.begin(), clocks.begin() + count);
  count = static_cast<unsigned>(clocks.size());
  if (library.sm_clocks_mhz(card, memory, &count, clocks.data()) != nvml::kSuccess || count == 0) {
    return 0;
  }
  return *std::min_element(clocks.begin(), clocks.begin() + count);
}

}  // namespace

void check(Return result, const std::string& call) {
  if (result == nvml::kSuccess) return;
  throw LimitRefused{nvml::words(call, result), std::string{nvml::status(result).remedy}};
}

PowerLimits read_limits(const Library& library, Handle card) {
  unsigned current = 0, min = 0, max = 0, standard = 0, draw = 0;
  check(library.power_limit_mw(card, &current), "nvmlDeviceGetPowerManagementLimit");
  check(library.power_limit_range_mw(card, &min, &max),
        "nvmlDeviceGetPowerManagementLimitConstraints");
  if (library.power_limit_default_mw(card, &standard) != nvml::kSuccess) standard = max;
  PowerLimits limits{library.uuid(card),
                     library.name(card),
                     watts(current),
                     watts(min),
                     watts(max),
                     watts(standard),
                     {},
                     0};
  if (library.power_usage_mw(card, &draw) == nvml::kSuccess) limits.draw = watts(draw);
  return limits;
}

ClockLimits read_clocks(const Library& library, Handle card) {
  ClockLimits limits{library.uuid(card), library.name(card), 0, 0, {}, 0};
  check(library.max_clock_mhz(card, nvml::kClockSm, &limits.max_mhz), "nvmlDeviceGetMaxClockInfo");
  limits.min_mhz = least_clock_mhz(library, card);
  unsigned now = 0;
  if (library.clock_mhz(card, nvml::kClockSm, &now) == nvml::kSuccess) limits.now_mhz = now;
  return limits;
}

Handle find_card(const Library& library, const std::string& word) {
  std::vector<Handle> handles;
  std::vector<std::string> notes;
  const auto listed = library.list(handles, notes);
  const auto index = parse_unsigned(word);
  std::optional<Handle> found;
  std::string there;
  for (std::size_t i = 0; i < listed.size(); ++i) {
    there += " " + listed[i].uuid;
    const bool same = index ? listed[i].nvml_index == *index : listed[i].uuid.starts_with(word);
    if (word.empty() || !same) continue;
    if (found) throw LimitRefused{"more than one card is '" + word + "':" + there, ""};
    found = handles[i];
  }
  if (!found) throw LimitRefused{"no card is '" + word + "'; there are:" + there, "nvidia-smi -L"};
  return *found;
}

void set_and_verify(const Library& library, Handle card, unsigned mw) {
  check(library.set_power_limit_mw(card, mw), "nvmlDeviceSetPowerManagementLimit");
  unsigned taken = 0;
  check(library.power_limit_mw(card, &taken), "nvmlDeviceGetPowerManagementLimit");
  const double apart_mw = std::abs(static_cast<double>(taken) - static_cast<double>(mw));
  if (apart_mw <= 500) return;
  throw LimitRefused{"the limit did not take: asked for " + std::to_string(mw / 1000) +
                         " W, the card took " + std::to_string(taken / 1000) + " W",
                     "nvidia-smi -q -d POWER shows what the card allows"};
}

void lock_clock(const Library& library, Handle card, unsigned mhz) {
  check(library.lock_sm_clock_mhz(card, mhz, mhz), "nvmlDeviceSetGpuLockedClocks");
}

void unlock_clock(const Library& library, Handle card) {
  check(library.unlock_sm_clock(card), "nvmlDeviceResetGpuLockedClocks");
}

namespace {

// Of every card that `read` does not refuse.
template <class Limits>
std::vector<Limits> of_every_card(const std::string& path, Limits (*read)(const Library&, Handle)) {
  const Library library{path};
  std::vector<Handle> handles;
  std::vector<std::string> notes;
  const auto listed = library.list(handles, notes);
  std::vector<Limits> all;
  for (std::size_t i = 0; i < handles.size(); ++i) {
    try {
      all.push_back(read(library, handles[i]));
      all.back().index = listed[i].nvml_index;
    } catch (const LimitRefused&) {  // left out, as the contract says
    }
  }
  return all;
}

}  // namespace

std::vector<PowerLimits> power_limits(const PowerLimiterOptions& options) {
  return of_every_card(resolved(options).library, read_limits);
}

std::vector<ClockLimits> clock_limits(const PowerLimiterOptions& options) {
  return of_every_card(resolved(options).library, read_clocks);
}

}  // namespace erg
