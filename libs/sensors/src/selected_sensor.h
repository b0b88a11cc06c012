// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "erg/sensor.h"

namespace erg {

// Some of the channels of another sensor.
class SelectedSensor final : public Sensor {
 public:
  SelectedSensor(std::unique_ptr<Sensor> whole, std::vector<std::size_t> chosen)
      : whole_{std::move(whole)}, chosen_{std::move(chosen)}, slots_(whole_->channels().size()) {
    for (const std::size_t i : chosen_) channels_.push_back(whole_->channels()[i]);
  }

  std::span<const Channel> channels() const noexcept override { return channels_; }
  Nanoseconds period() const noexcept override { return whole_->period(); }
  void read(const HostClock& clock, std::span<Slot> slots) noexcept override {
    for (Slot& slot : slots_) slot.clear();
    whole_->read(clock, slots_);
    for (std::size_t i = 0; i < chosen_.size(); ++i) std::swap(slots[i], slots_[chosen_[i]]);
  }

 private:
  std::unique_ptr<Sensor> whole_;
  std::vector<std::size_t> chosen_;
  std::vector<Slot> slots_;
  std::vector<Channel> channels_;
};

}  // namespace erg
