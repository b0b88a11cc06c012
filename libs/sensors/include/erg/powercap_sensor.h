// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "erg/counter.h"
#include "erg/sensor.h"
#include "erg/sensor_set.h"

namespace erg {

// CPU package, DRAM and platform energy from the kernel's powercap tree (RAPL).
//
// Package N is channel "energy" of the device cpu-N, its DRAM that of memory-N; a package of
// several dies is several devices. psys, which holds all of these, is that of the board board-0.
// The zones of intel-rapl-mmio are those of intel-rapl once more and only stand in where the others
// cannot be read; dies that show one counter are counted once. Nobody draws 1000 W through a
// package, 300 W through its DRAM or 3000 W through a board: a counter that seems to has been
// reset.
class PowercapSensor final : public Sensor {
 public:
  // Throws SourceMissing when `root` has no zone that this process may read. `every_channel`: also
  // core and uncore, which are parts of their package.
  explicit PowercapSensor(const std::filesystem::path& root = "/sys/class/powercap",
                          bool every_channel = false);
  ~PowercapSensor() override;

  std::span<const Channel> channels() const noexcept override { return channels_; }
  Nanoseconds period() const noexcept override { return std::chrono::milliseconds{100}; }
  void read(const HostClock& clock, std::span<Slot> slots) noexcept override;

  // What was left out, and why: duplicates, mirrored dies, zones without a number or a known name.
  const std::vector<std::string>& notes() const { return notes_; }
  // Zones that only root may read, where others can be read.
  const std::vector<MissingSource>& missing() const { return missing_; }

 private:
  struct Zone;

  std::vector<Channel> channels_;
  std::vector<Zone> zones_;  // one per channel
  std::vector<std::string> notes_;
  std::vector<MissingSource> missing_;
};

}  // namespace erg
