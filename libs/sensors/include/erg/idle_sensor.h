// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "erg/sensor.h"

namespace erg {

// What a device draws while it does nothing, and who says so.
struct IdlePower {
  std::string device;  // Device::id
  Watts power;
  Provenance provenance = Provenance::measured;
  std::string method;  // "profile of 2026-11-25", "model at rest"

  friend bool operator==(const IdlePower&, const IdlePower&) = default;
};

// The name of its channels.
inline constexpr std::string_view kIdlePowerChannel = "idle_power";

// Idle powers as gauges of one reading each: a run that holds them tells its energy above idle
// wherever it is analysed.
class IdleSensor final : public Sensor {
 public:
  explicit IdleSensor(const std::vector<IdlePower>& known);

  std::span<const Channel> channels() const noexcept override { return channels_; }
  Nanoseconds period() const noexcept override { return std::chrono::hours{24}; }
  void read(const HostClock& clock, std::span<Slot> slots) noexcept override;

 private:
  std::vector<Channel> channels_;
  std::vector<std::int64_t> counts_;
  bool told_ = false;
};

}  // namespace erg
