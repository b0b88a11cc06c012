// SPDX-License-Identifier: Apache-2.0
#include "nvml_sources.h"
#include "nvml_status.h"
#include "stamped.h"

namespace erg::nvml {

const std::array<GaugeSensor::Gauge, 5> GaugeSensor::kGauges{{
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
}};

GaugeSensor::GaugeSensor(Card card) : card_{std::move(card)} {
  for (const Gauge& gauge : kGauges) {
    unsigned value = 0;
    if (gauge.read(card_, value) != kSuccess) continue;
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
