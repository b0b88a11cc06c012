// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erg/run.h"

namespace erg {

// The name of the channel of a meter in the supply lines of a card.
inline constexpr std::string_view kMeterChannel = "power_meter";

// A channel in words: its name, and how it is read.
std::string described(const Channel& channel);

// What one way of measuring would have said of a device.
struct MethodEnergy {
  std::string method;
  Joules energy;
  std::optional<Seconds> time = std::nullopt;  // of a recording of its own
};

// One device as every method would have seen it, over the time that all its readings cover.
struct MethodComparison {
  std::string device;     // its name
  std::string reference;  // the surest of its sources: a meter, the counter, the finest power
  Joules energy;          // by the reference
  Seconds time{0};
  std::vector<MethodEnergy> rows;    // the reference's own is not among them
  std::vector<std::string> reasons;  // why a row is far from the reference, where it can be told
  std::vector<std::string> notes;    // what a reader must know of the times compared
};

// The times that all of the readings cover, in order: without those where one has a gap.
std::vector<Interval> covered_by_all(std::span<const Timeline* const> lines);
// Over several times that a timeline covers.
Joules energy_over(const Timeline& line, std::span<const Interval> times);
Seconds length_of(std::span<const Interval> times);

// A device without readings of energy or power is left out. Beside what was read: each power polled
// every `polling` as a script around nvidia-smi does, the estimators of other tools from the
// recorded utilisation, and nominal power times time. A pure function of the run.
std::vector<MethodComparison> compare_methods(const Run& run, Seconds polling);

// Recordings of the same work by different tools, one after another or at once: device by device,
// each recording over its own time. A device is known by its kind and id; the plain id of a tool
// that knows no other stands for the only device of the kind. The reference is the one that
// measured best; an energy that another tool computed itself is told apart from a measured one, and
// why it differs.
std::vector<MethodComparison> compare_recordings(std::span<const Run> runs, Seconds polling);

// Adds to each row of `comparison` the same divided by the gain that its method had in `other`, a
// recording of the same card beside a meter.
void correct_gain(MethodComparison& comparison, const MethodComparison& other);

// Appends nominal power times time: of the table of GPUs, or the card's own limit.
void add_nominal(MethodComparison& comparison, const Device& device);

}  // namespace erg
