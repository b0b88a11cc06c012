// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "erg/counter.h"
#include "erg/sensor.h"

namespace erg {

// The same counters of a CPU (RAPL) by the kernel's perf events, which need no root where
// perf_event_paranoid allows. Devices and channels are named as PowercapSensor's.
class PerfEnergySensor final : public Sensor {
 public:
  // `root`/power describes the events: its type, the CPU to ask for each package (cpumask), events
  // with scale and unit. Throws SourceMissing when there are none or the kernel does not open them.
  // `every_channel`: also cores and integrated GPU, parts of a package.
  explicit PerfEnergySensor(const std::filesystem::path& root = "/sys/bus/event_source/devices",
                            bool every_channel = false);
  ~PerfEnergySensor() override;

  std::span<const Channel> channels() const noexcept override { return channels_; }
  Nanoseconds period() const noexcept override { return std::chrono::milliseconds{100}; }
  void read(const HostClock& clock, std::span<Slot> slots) noexcept override;

  // Events that were left out, and why.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  struct Event;

  void open(const std::filesystem::path& unit, const std::string& name, bool every_channel);

  std::vector<Channel> channels_;
  std::vector<Event> events_;  // one per channel
  std::vector<std::string> notes_;
};

}  // namespace erg
