// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "erg/host_clock.h"
#include "erg/nvml_sensor.h"
#include "erg/testing/fake_nvml.h"
#include "erg/testing/temp_tree.h"

namespace erg {

// A fake NVML for this process. One library is loaded at a time: it finds its state when loaded.
class NvmlTest : public ::testing::Test {
 protected:
  SensorSet open() { return open_nvml(options_); }

  // Reads the sensor that has the channel, of the first card.
  Slot& read(SensorSet& set, const std::string& channel, std::size_t card = 0) {
    for (auto& sensor : set.sensors) {
      const auto channels = sensor->channels();
      for (std::size_t i = 0; i < channels.size(); ++i) {
        if (channels[i].name != channel || channels[i].device != fake_.gpu(card).uuid) continue;
        slots_.assign(channels.size(), {});
        sensor->read(clock_, slots_);
        return slots_[i];
      }
    }
    throw std::runtime_error{"no channel " + channel};
  }
  static std::vector<std::string> names(const SensorSet& set, const std::string& device) {
    std::vector<std::string> found;
    for (const auto& sensor : set.sensors) {
      for (const Channel& each : sensor->channels()) {
        if (each.device == device) found.push_back(each.name);
      }
    }
    return found;
  }
  std::uint64_t wall_us() const {
    return static_cast<std::uint64_t>(utc_nanoseconds().count() / 1000);
  }

  testing::TempTree tree_;
  testing::FakeNvml fake_{tree_.path("state")};
  NvmlOptions options_{FAKE_NVML, {}, "PCI_BUS_ID", false, {}};
  HostClock clock_;
  std::vector<Slot> slots_;
};

}  // namespace erg
