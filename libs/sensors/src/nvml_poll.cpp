// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "counter_slot.h"
#include "nvml_sources.h"
#include "nvml_status.h"
#include "stamped.h"

namespace erg::nvml {
namespace {

using std::chrono::milliseconds;

constexpr long long kAbsurdMw = 10'000'000;
// A hole in a polled series is bridged by a straight line up to this length.
constexpr Nanoseconds kHole = milliseconds{1000};
// Without a meter a card's gain is known to +-5 % (k = 2).
constexpr double kGainU = 0.025;

bool any_of(std::string_view name, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return name.find(word) != std::string_view::npos; });
}

}  // namespace

PowerTiming instant_timing(std::string_view name) {
  if (any_of(name, {"A100", "H100", "H200", "H800", "A800", "A30 ", "GH200"}) ||
      name.ends_with("A30")) {
    return {Seconds{0.1}, Seconds{0.025}};
  }
  if (any_of(name, {"V100"})) return {Seconds{0.02}, Seconds{0.01}};
  return {Seconds{0.1}, Seconds{0.1}};
}

std::optional<Gap> LossWatch::failed(Timestamp time, Absence absence) {
  if (absence != Absence::device_lost || lost_ || !last_) return std::nullopt;
  lost_ = true;
  return Gap{{*last_, time}, GapReason::device_lost};
}

PolledPowerSensor::PolledPowerSensor(Card card, Source source)
    : card_{std::move(card)}, source_{source} {
  const bool instant = source == Source::instant;
  long long mw = 0;
  if (const Return result = power_mw(mw); result != kSuccess) {
    throw unavailable(instant ? "NVML_FI_DEV_POWER_INSTANT" : "nvmlDeviceGetPowerUsage", result);
  }
  if (mw <= 0) throw SensorUnavailable{"it shows no power"};
  // Before Ampere, and on GA100, the "average" is the instant value itself.
  const bool short_mean = any_of(card_.name, {"V100", "P100", "P40", "T4", "RTX 20", "GTX", "A100",
                                              "A30", "TITAN", "Quadro RTX"});
  const PowerTiming timing = instant_timing(card_.name);
  const Seconds window = instant || short_mean ? timing.window : Seconds{1};
  channel_ = {instant ? "power_instant" : "power_average",
              card_.uuid,
              ChannelKind::windowed_power,
              Unit::watt,
              1e-3,
              timing.refresh,
              window,
              Seconds{0},
              kGainU,
              0,
              Provenance::measured,
              instant ? "NVML instant power, polled" : "NVML power usage, polled"};
}

Return PolledPowerSensor::field_mw(unsigned field, long long& mw) const noexcept {
  FieldValue value{field, 0, 0, 0, 0, 0, {}};
  if (const Return result = card_.library->field_values(card_.device, 1, &value)) return result;
  if (value.result != kSuccess) return value.result;
  mw = whole_number(value.type, value.value).value_or(-1);
  return kSuccess;
}

Return PolledPowerSensor::power_mw(long long& mw) const noexcept {
  if (source_ == Source::instant) return field_mw(kFieldPowerInstant, mw);
  unsigned usage_mw = 0;
  const Return result = card_.library->power_usage_mw(card_.device, &usage_mw);
  if (result != kSuccess) return field_mw(kFieldPowerAverage, mw);
  mw = usage_mw;
  return kSuccess;
}

void PolledPowerSensor::read(const HostClock& clock, std::span<Slot> slots) noexcept {
  Slot& slot = slots.front();
  long long mw = -1;
  const auto [time, result] = stamped(clock, [&] { return power_mw(mw); });
  if (result != kSuccess || mw < 0 || mw > kAbsurdMw) {
    slot.absence = result == kSuccess ? Absence::malformed : status(result).absence;
    slot.gap = loss_.failed(time, slot.absence);
    missed_ = true;
    return;
  }
  if (missed_ && loss_.last() && time - *loss_.last() > kHole) {
    slot.gap = Gap{{*loss_.last(), time}, GapReason::unreadable};
  }
  slot.samples.push_back({time, mw});
  loss_.alive(time);
  missed_ = false;
}

EnergySensor::EnergySensor(Card card, std::chrono::seconds period)
    : card_{std::move(card)},
      period_{period},
      // Renewed each 100 ms, at times later; a card draws less than twice its highest limit.
      counter_{{0, millijoules(1), std::max(2 * card_.limit_max, Watts{1500}), Seconds{0.5},
                Seconds{5}}} {
  unsigned long long mj = 0;
  if (const Return result = card_.library->total_energy_mj(card_.device, &mj)) {
    throw unavailable("nvmlDeviceGetTotalEnergyConsumption", result);
  }
  channel_ = {"energy",
              card_.uuid,
              ChannelKind::energy_counter,
              Unit::joule,
              1e-3,
              Seconds{0.1},
              Seconds{0},
              Seconds{0},
              kGainU,
              0,
              Provenance::measured,
              "NVML energy counter"};
}

void EnergySensor::read(const HostClock& clock, std::span<Slot> slots) noexcept {
  Slot& slot = slots.front();
  unsigned long long mj = 0;
  const auto [time, result] =
      stamped(clock, [&] { return card_.library->total_energy_mj(card_.device, &mj); });
  const Absence absence = status(result).absence;
  fill(slot, counter_, time, result == kSuccess ? std::optional<std::uint64_t>{mj} : std::nullopt,
       absence);
  if (result == kSuccess) {
    loss_.alive(time);
  } else {
    slot.gap = loss_.failed(time, absence);
  }
}

}  // namespace erg::nvml
