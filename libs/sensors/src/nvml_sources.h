// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erg/counter.h"
#include "erg/sensor.h"
#include "nvml_library.h"

namespace erg::nvml {

// A card, and the library that keeps its handle alive. The library is shared because the sensors of
// all cards and periods are destroyed in any order, and the last one shuts NVML down.
struct Card {
  std::shared_ptr<const Library> library;
  Handle device = nullptr;
  std::string uuid;
  std::string name;
  Watts limit_max;
};

// How quickly the board sensor of a model follows its power (MEASUREMENT.md 1).
struct PowerTiming {
  Seconds refresh;
  Seconds window;
};
PowerTiming instant_timing(std::string_view name);

// Tells a lost card once: from its last reading to the first failure.
class LossWatch {
 public:
  void alive(Timestamp time) { last_ = time, lost_ = false; }
  std::optional<Gap> failed(Timestamp time, Absence absence);
  const std::optional<Timestamp>& last() const { return last_; }

 private:
  std::optional<Timestamp> last_;
  bool lost_ = false;
};

// The ring of power samples, once a second.
class RingSensor final : public Sensor {
 public:
  // Throws SensorUnavailable, with NVML's words, when the ring gives nothing that is recent.
  explicit RingSensor(Card card);

  std::span<const Channel> channels() const noexcept override { return {&channel_, 1}; }
  Nanoseconds period() const noexcept override { return std::chrono::seconds{1}; }
  void read(const HostClock& clock, std::span<Slot> slots) noexcept override;

 private:
  Return fetch(unsigned& count) noexcept;
  bool wall_clock_stepped(const ClockPair& pair) noexcept;
  void take(unsigned count, Timestamp now, Slot& slot) noexcept;

  Card card_;
  Channel channel_;
  unsigned capacity_ = 0;  // of the driver's ring, by its own word
  std::vector<RingSample> buffer_;
  int value_type_ = 1;
  unsigned long long last_us_ = 0;  // the newest stamp seen
  ClockMap wall_clock_;
  std::optional<ClockPair> last_pair_;
  std::optional<Timestamp> last_sample_;
  LossWatch loss_;
};

// A power that is polled: the instant field, or the average.
class PolledPowerSensor final : public Sensor {
 public:
  enum class Source { instant, average };

  // Throws SensorUnavailable, with NVML's words, when the source gives no power.
  PolledPowerSensor(Card card, Source source);

  std::span<const Channel> channels() const noexcept override { return {&channel_, 1}; }
  Nanoseconds period() const noexcept override { return std::chrono::milliseconds{100}; }
  void read(const HostClock& clock, std::span<Slot> slots) noexcept override;

 private:
  Return power_mw(long long& mw) const noexcept;
  Return field_mw(unsigned field, long long& mw) const noexcept;

  Card card_;
  Source source_;
  Channel channel_;
  bool missed_ = false;
  LossWatch loss_;
};

// The energy counter.
class EnergySensor final : public Sensor {
 public:
  // A reading costs milliseconds of CPU: where there is power, the counter is its check.
  static constexpr std::chrono::seconds kBesidePower{30};
  static constexpr std::chrono::seconds kAlone{5};

  // Throws SensorUnavailable, with NVML's words, when there is none.
  EnergySensor(Card card, std::chrono::seconds period);

  std::span<const Channel> channels() const noexcept override { return {&channel_, 1}; }
  Nanoseconds period() const noexcept override { return period_; }
  void read(const HostClock& clock, std::span<Slot> slots) noexcept override;

 private:
  Card card_;
  std::chrono::seconds period_;
  Channel channel_;
  ExactCounter counter_;
  LossWatch loss_;
};

// Clocks, temperature, limit and utilisation, once a second: those that answer at the start.
class GaugeSensor final : public Sensor {
 public:
  // Throws SensorUnavailable when none answers.
  explicit GaugeSensor(Card card);

  // Those that do not answer, each with NVML's answer.
  const std::vector<std::pair<std::string_view, Return>>& lacking() const { return lacking_; }

  std::span<const Channel> channels() const noexcept override { return channels_; }
  Nanoseconds period() const noexcept override { return std::chrono::seconds{1}; }
  void read(const HostClock& clock, std::span<Slot> slots) noexcept override;

 private:
  struct Gauge {
    std::string_view name;
    Unit unit;
    double resolution;
    Return (*read)(const Card& card, unsigned& value);
  };
  static const std::array<Gauge, 7> kGauges;

  Card card_;
  std::vector<Channel> channels_;
  std::vector<const Gauge*> gauges_;  // one per channel
  std::vector<std::pair<std::string_view, Return>> lacking_;
};

}  // namespace erg::nvml
