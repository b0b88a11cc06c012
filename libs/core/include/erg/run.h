// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erg/block.h"
#include "erg/breakdown.h"
#include "erg/device.h"
#include "erg/environment.h"
#include "erg/span.h"
#include "erg/timeline.h"
#include "erg/uuid.h"

namespace erg {

// Do not change the values: they are stored.
enum class RunStatus : std::uint8_t { running = 0, finished = 1, failed = 2, interrupted = 3 };

std::string_view to_string(RunStatus status);

// What a run is called, known when it begins.
struct RunHeader {
  RunId id;
  std::string name;
  UtcTime start;
  Environment environment;

  friend bool operator==(const RunHeader&, const RunHeader&) = default;
};

// One process on one host, known when it begins: its clock, devices and channels.
struct PartHeader {
  std::int32_t rank = 0;
  std::string host;
  std::int64_t process = 0;       // its id on that host
  std::string clock;              // HostClock::identity(): parts that share it share their time
  Nanoseconds monotonic_zero{0};  // of that clock
  UtcTime start;                  // UTC at the clock's zero
  std::vector<Device> devices;
  std::vector<Channel> channels;

  friend bool operator==(const PartHeader&, const PartHeader&) = default;
};

// What sampling cost and what it missed.
struct SamplerCost {
  std::uint64_t reads = 0;
  std::uint64_t missed = 0;      // deadlines skipped because a read came late
  std::uint64_t unreadable = 0;  // slots left empty by a failure
  Seconds reading{0};            // time spent in reads
};

// The readings and spans of one process.
struct Part {
  PartHeader header;
  std::vector<Timeline> timelines;  // one per channel of the header
  SpanTable spans;
  std::vector<Block> blocks;
  SamplerCost cost;
  std::vector<std::string> notes;  // warnings: a foreign process on the card, a counter that resets
};

// What an epoch learnt. Empty where it was not computed.
struct EpochResult {
  std::int32_t epoch = 0;
  std::optional<double> train_loss;
  std::optional<double> train_accuracy;
  std::optional<double> test_loss;
  std::optional<double> test_accuracy;

  friend bool operator==(const EpochResult&, const EpochResult&) = default;
};

// A finished or interrupted recording: a plain value that can be analysed anywhere.
struct Run {
  RunHeader header;
  RunStatus status = RunStatus::running;
  std::vector<Part> parts;
  std::vector<EpochResult> epochs;
  std::optional<int> exit_status;     // of the measured command
  std::vector<Breakdown> breakdowns;  // stored with it: computed at the end, or imported
};

// Where the run lies on a part's clock: its run span, else from the first to the last reading or
// span. Empty for a part with neither.
std::optional<Interval> extent(const Part& part);

}  // namespace erg
