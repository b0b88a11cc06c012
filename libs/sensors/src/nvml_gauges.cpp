// SPDX-License-Identifier: Apache-2.0
#include "nvml_sources.h"
#include "nvml_status.h"
#include "stamped.h"

namespace erg::nvml {

namespace {

// Why a card clocks lower than it could, as NVML's bits tell: a power limit in software or a power
// brake, and heat in software or hardware.
constexpr unsigned long long kByPower = 0x04 | 0x80;
constexpr unsigned long long kByHeat = 0x20 | 0x40;

Return throttled(const Card& card, unsigned long long bits, unsigned& value) {
  unsigned long long reasons = 0;
  const Return result = card.library->throttle_reasons(card.device, &reasons);
  value = (reasons & bits) != 0 ? 1 : 0;
  return result;
}

}  // namespace

const std::array<GaugeSensor::Gauge, 7> GaugeSensor::kGauges{{
    {"sm_clock", Unit::hertz, 1e6,
     [](const Card& card, unsigned& value) {
       return card.library->clock_mhz(card.device, kClockSm, &value);
     }},
    {"memory_clock", Unit::hertz, 1e6,
     [](const Card& card, unsigned& value) {
       return card.library->clock_mhz(card.device, kClockMemory, &value);
     }},
    {"temperature", Unit::celsius, 1,
     [](const Card& card, unsigned& value) {
       return card.library->temperature_c(card.device, kTemperatureGpu, &value);
     }},
    {"power_limit", Unit::watt, 1e-3,
     [](const Card& card, unsigned& value) {
       return card.library->power_limit_mw(card.device, &value);
     }},
    {"utilisation", Unit::ratio, 1e-2,
     [](const Card& card, unsigned& value) {
       Utilisation rates{};
       const Return result = card.library->utilisation(card.device, &rates);
       value = rates.gpu;
       return result;
     }},
    {"power_throttle", Unit::ratio, 1,
     [](const Card& card, unsigned& value) { return throttled(card, kByPower, value); }},
    {"heat_throttle", Unit::ratio, 1,
     [](const Card& card, unsigned& value) { return throttled(card, kByHeat, value); }},
}};

GaugeSensor::GaugeSensor(Card card) : card_{std::move(card)} {
  for (const Gauge& gauge : kGauges) {
    unsigned value = 0;
    if (const Return result = gauge.read(card_, value); result != kSuccess) {
      lacking_.emplace_back(gauge.name, result);
      continue;
    }
    channels_.push_back({std::string{gauge.name}, card_.uuid, ChannelKind::gauge, gauge.unit,
                         gauge.resolution, Seconds{0}, Seconds{0}, Seconds{0}, 0, 0,
                         Provenance::measured, "NVML"});
    gauges_.push_back(&gauge);
  }
  if (gauges_.empty()) throw SensorUnavailable{"no clock, temperature, limit or utilisation"};
}

void GaugeSensor::read(const HostClock& clock, std::span<Slot> slots) noexcept {
  for (std::size_t i = 0; i < gauges_.size(); ++i) {
    unsigned value = 0;
    const auto [time, result] = stamped(clock, [&] { return gauges_[i]->read(card_, value); });
    if (result == kSuccess) {
      slots[i].samples.push_back({time, value});
    } else {
      slots[i].absence = status(result).absence;
    }
  }
}

}  // namespace erg::nvml
