// SPDX-License-Identifier: Apache-2.0
#include "erg/idle_sensor.h"

#include <cmath>

namespace erg {
namespace {

constexpr double kResolution = 1e-6;  // W: over a day still below a tenth of a joule

}  // namespace

IdleSensor::IdleSensor(const std::vector<IdlePower>& known) {
  for (const auto& one : known) {
    Channel channel;
    channel.name = kIdlePowerChannel;
    channel.device = one.device;
    channel.unit = Unit::watt;
    channel.resolution = kResolution;
    channel.provenance = one.provenance;
    channel.method = one.method;
    channels_.push_back(std::move(channel));
    counts_.push_back(std::llround(one.power.value() / kResolution));
  }
}

void IdleSensor::read(const HostClock& clock, std::span<Slot> slots) noexcept {
  const Timestamp now = clock.now();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (told_) {
      slots[i].absence = Absence::nothing_new;
    } else {
      slots[i].samples.push_back({now, counts_[i]});
    }
  }
  told_ = true;
}

}  // namespace erg
