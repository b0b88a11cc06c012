// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "erg/decimal.h"
#include "erg/device.h"
#include "erg/line_reader.h"
#include "time_text.h"

namespace erg::exchange {
// A line of a sample that names a power.
struct Source {
  std::string_view line;  // what stands before the number
  std::string_view device;
  DeviceKind kind;
};
inline constexpr std::array<Source, 5> kSources{{
    {"CPU Power: ", "cpu-0", DeviceKind::cpu},
    {"GPU Power: ", "gpu-0", DeviceKind::gpu},
    {"ANE Power: ", "ane-0", DeviceKind::gpu},  // an accelerator beside the others, in no other
    {"DRAM Power: ", "memory-0", DeviceKind::memory},
    {"Intel energy model derived package power (CPUs+GT+SA): ", "cpu-0", DeviceKind::cpu},
}};

// The sum of CPU, GPU and ANE: a check of them, and a device of its own where a log has no other.
inline constexpr Source kCombined{"Combined Power", "combined-0", DeviceKind::cpu};

inline constexpr Nano kOne = 1'000'000'000;

// One sample: mean powers over the time that had elapsed.
struct PowerSample {
  std::optional<UtcTime> stamp;
  Nano elapsed_ms = 0;                   // in billionths
  std::map<std::string, Nano> power_mw;  // by device, in billionths; the first line counts
  std::set<std::string> named;           // devices with a line, be it of no use
  std::optional<Nano> combined_mw;
};

// Reads samples off a log, which may be a pipe that is still written to.
class PowermetricsLog {
 public:
  explicit PowermetricsLog(ByteSource& source) : reader_{source} {}

  // The next whole sample. The last of a log is whole only if its combined power was written.
  std::optional<PowerSample> next() {
    while (reader_.next()) {
      const std::string_view line = reader_.line();
      if (line.starts_with("*** Sampled system activity (")) {
        auto finished = std::exchange(current_, begin(line));
        const bool whole = std::exchange(combined_, false);
        if (finished && whole) return finished;
        incomplete += finished ? 1 : 0;
      } else if (line.starts_with("Machine model: ")) {
        machine = line.substr(15);
      } else if (line.starts_with("OS version: ")) {
        os = line.substr(12);
      } else if (current_) {
        read_power(line);
      }
    }
    auto finished = std::exchange(current_, std::nullopt);
    if (finished && combined_) return finished;
    incomplete += finished ? 1 : 0;
    return std::nullopt;
  }

  std::string machine;
  std::string os;
  std::uint64_t incomplete = 0;
  std::uint64_t absurd = 0;  // powers that are no number, or none that can be

 private:
  // "*** Sampled system activity (Sun Oct 22 14:38:08 2023 +0200) (1005.78ms elapsed) ***"
  std::optional<PowerSample> begin(std::string_view line) {
    const auto stamp = line.find('(') + 1;
    const auto stamp_end = line.find(')', stamp);
    const auto elapsed = line.find('(', stamp_end);
    const auto elapsed_end = line.find("ms elapsed", elapsed);
    if (stamp_end == std::string_view::npos || elapsed == std::string_view::npos ||
        elapsed_end == std::string_view::npos) {
      ++incomplete;
      return std::nullopt;
    }
    PowerSample sample;
    sample.stamp = parse_date_text(line.substr(stamp, stamp_end - stamp));
    const auto length = parse_nano(line.substr(elapsed + 1, elapsed_end - elapsed - 1));
    constexpr Nano kDay = Nano{86'400'000} * 10;  // far below the limit of a Nano
    if (!length || *length <= 0 || *length / kOne > kDay) {
      ++incomplete;
      return std::nullopt;
    }
    sample.elapsed_ms = *length;
    return sample;
  }

  void read_power(std::string_view line) {
    if (line.starts_with(kCombined.line)) read_combined(line);
    if (line.starts_with(kCombined.line) || line.starts_with("Package Power") ||
        line.starts_with("Intel energy model")) {
      combined_ = true;
    }
    for (const Source& source : kSources) {
      if (!line.starts_with(source.line)) continue;
      line.remove_prefix(source.line.size());
      if (!current_->named.emplace(source.device).second) return;
      if (const auto power_mw = power(line)) {
        current_->power_mw.emplace(source.device, *power_mw);
      } else {
        ++absurd;
      }
      return;
    }
  }

  // "Combined Power (CPU + GPU + ANE): 9804 mW"
  void read_combined(std::string_view line) {
    const auto colon = line.find(": ");
    if (current_->combined_mw || colon == std::string_view::npos) return;
    current_->combined_mw = power(line.substr(colon + 2));
    absurd += current_->combined_mw ? 0 : 1;
  }

  // "849 mW" or "12.5W" in milliwatts. No computer that runs powermetrics draws ten kilowatts.
  static std::optional<Nano> power(std::string_view text) {
    const bool milli = text.ends_with("mW");
    if (!milli && !text.ends_with('W')) return std::nullopt;
    text.remove_suffix(milli ? 2 : 1);
    const auto number = parse_nano(text);
    constexpr Nano kMost = 10'000'000;  // in milliwatts
    if (!number || *number < 0 || *number / kOne > kMost / (milli ? 1 : 1000)) return std::nullopt;
    return milli ? *number : *number * 1000;
  }

  LineReader reader_;
  std::optional<PowerSample> current_;
  bool combined_ = false;
};

}  // namespace erg::exchange
