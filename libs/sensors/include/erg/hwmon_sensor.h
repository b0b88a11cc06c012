// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "erg/device.h"
#include "erg/sensor.h"
#include "erg/sensor_set.h"

namespace erg {

// Power and energy of AMD's cards, and of other chips where asked, from the kernel's hwmon tree:
// energy1_input in microjoules, power1_average or power1_input in microwatts.
//
// A card is a device by its unique id, or its place on the bus where it has none. A number that
// exists in several forms is read in the surest: energy, else average, else input.
class HwmonSensor final : public Sensor {
 public:
  // Throws SourceMissing when `root` has no such chip. `every_chip`: also boards, supplies and
  // whatever else tells a power: devices "board-<chip>", which may contain one another.
  explicit HwmonSensor(const std::filesystem::path& root = "/sys/class/hwmon",
                       bool every_chip = false);
  ~HwmonSensor() override;

  std::span<const Channel> channels() const noexcept override { return channels_; }
  Nanoseconds period() const noexcept override { return std::chrono::milliseconds{100}; }
  void read(const HostClock& clock, std::span<Slot> slots) noexcept override;

  const std::vector<Device>& devices() const { return devices_; }
  // Names that are no plain text, and what they were taken for.
  const std::vector<std::string>& notes() const { return notes_; }
  // Inputs that only root may read, where others can be read.
  const std::vector<MissingSource>& missing() const { return missing_; }

 private:
  struct Input;

  void add_chip(const std::filesystem::path& chip, const std::string& name);
  Device device_of(const std::filesystem::path& chip, const std::string& name);

  std::vector<Device> devices_;
  std::vector<Channel> channels_;
  std::vector<Input> inputs_;  // one per channel
  std::vector<std::string> notes_;
  std::vector<MissingSource> missing_;
};

}  // namespace erg
