// SPDX-License-Identifier: Apache-2.0
#include "energy_methods.h"

#include <fmt/format.h>

#include <algorithm>

#include "erg/estimator.h"
#include "erg/numbers.h"
#include "erg/power_table.h"

namespace erg {
namespace {

using Timelines = std::vector<const Timeline*>;

bool measures_energy(const Timeline& line) {
  return line.channel().kind != ChannelKind::gauge && line.covered().has_value();
}

// A meter, then a counter, then the power that is renewed most often.
int rank(const Timeline& line) {
  if (line.channel().name == kMeterChannel) return 0;
  return line.channel().kind == ChannelKind::energy_counter ? 1 : 2;
}

bool surer(const Timeline* a, const Timeline* b) {
  if (rank(*a) != rank(*b)) return rank(*a) < rank(*b);
  return a->size() > b->size();
}

using Times = std::span<const Interval>;

template <class Told>
Joules sum_over(Times times, Told told) {
  Joules sum{0};
  for (const Interval interval : times) sum += told(interval);
  return sum;
}

// What a script that asks every `period` adds up: the last value it could have seen, each time.
Joules polled(const Timeline& power, Interval interval, Seconds period) {
  const auto step = std::chrono::round<Nanoseconds>(period);
  Joules sum{0};
  for (Timestamp at = interval.begin; at < interval.end; at += step) {
    const auto after = std::ranges::upper_bound(power.times(), at) - power.times().begin();
    const Seconds time{std::min(at + step, interval.end) - at};
    if (after > 0) sum += Watts{power.value(static_cast<std::size_t>(after - 1))} * time;
  }
  return sum;
}

// The same where the card shows the mean of the last second, as most do by that name.
Joules polled_average(const Timeline& power, Interval interval, Seconds period) {
  const auto step = std::chrono::round<Nanoseconds>(period);
  constexpr std::chrono::seconds kWindow{1};
  Joules sum{0};
  for (Timestamp at = interval.begin; at < interval.end; at += step) {
    const Interval last{std::max(at - kWindow, interval.begin), at};
    const Seconds time{std::min(at + step, interval.end) - at};
    const Watts shown =
        last.empty() ? Watts{power.value(0)} : power.energy_clamped(last) / Seconds{last.length()};
    sum += shown * time;
  }
  return sum;
}

// A reading of the utilisation tells of the time since the one before it.
Joules estimated(const Estimator& estimator, const Timeline& utilisation, Interval interval) {
  Joules sum{0};
  Timestamp from = interval.begin;
  for (std::size_t i = 0; i < utilisation.size(); ++i) {
    const bool last = i + 1 == utilisation.size();
    const Timestamp until = last ? interval.end : utilisation.times()[i];
    const Interval told = intersection({from, until}, interval);
    sum += estimator.power(utilisation.value(i)) * Seconds{told.length()};
    from = std::max(from, until);
  }
  return sum;
}

EstimatorInput estimator_input(const Environment& environment) {
  EstimatorInput input;
  input.threads = std::max<std::int64_t>(environment.cpu_threads, 1);
  input.memory_bytes = environment.memory_bytes;
  if (const auto nominal = find_cpu_power(environment.cpu)) {
    input.tdp = nominal->power;
    if (nominal->threads > 0) {
      input.share =
          std::min(1.0, static_cast<double>(input.threads) / static_cast<double>(nominal->threads));
    }
  }
  return input;
}

void add_estimators(MethodComparison& comparison, const Device& device, const Part& part,
                    const Environment& environment, Times times) {
  const Timeline* utilisation = nullptr;
  for (const auto& line : part.timelines) {
    if (line.channel().name == "utilisation" && line.channel().device == "cpu-0") {
      utilisation = &line;
    }
  }
  if (!utilisation) return;
  for (const auto name : estimator_names()) {
    const bool of_memory = name.starts_with("memory") || name == "codecarbon_dimm";
    if (of_memory != (device.kind == DeviceKind::memory)) continue;
    const auto estimator = make_estimator(name, estimator_input(environment));
    if (!estimator) continue;
    comparison.rows.push_back({std::string{name} + " (" + estimator->formula + ")",
                               sum_over(times, [&](Interval interval) {
                                 return estimated(*estimator, *utilisation, interval);
                               })});
  }
}

// Where the card's own average was not recorded, as it would have been.
void add_average(MethodComparison& comparison, const Timelines& lines, Times times,
                 Seconds polling) {
  const auto is_power = [](const Timeline* line) {
    return line->channel().kind == ChannelKind::windowed_power &&
           line->channel().name != kMeterChannel;
  };
  const bool recorded = std::ranges::any_of(
      lines, [](const Timeline* line) { return line->channel().name == "power_average"; });
  const auto finest = std::ranges::find_if(lines, is_power);
  if (recorded || finest == lines.end()) return;
  comparison.rows.push_back(
      {fmt::format("1 s average of {} polled every {}", (*finest)->channel().name, text(polling)),
       sum_over(times,
                [&](Interval interval) { return polled_average(**finest, interval, polling); })});
}

void add_note_of_holes(MethodComparison& comparison, Times times) {
  const Seconds all{times.back().end - times.front().begin};
  if (comparison.time >= all) return;
  comparison.notes.push_back(fmt::format(
      "of the {:.2f} s of the recording {:.2f} s are compared, which all readings cover; the rest "
      "is gaps",
      all.count(), comparison.time.count()));
}

std::optional<MethodComparison> compare_device(const Device& device, const Part& part,
                                               const Environment& environment, Seconds polling) {
  Timelines lines;
  for (const auto& line : part.timelines) {
    const bool meter = line.channel().name == kMeterChannel && device.kind == DeviceKind::gpu;
    if ((line.channel().device == device.id || meter) && measures_energy(line)) {
      lines.push_back(&line);
    }
  }
  if (lines.empty()) return std::nullopt;
  std::ranges::stable_sort(lines, surer);
  const auto times = covered_by_all(lines);
  if (times.empty()) return std::nullopt;

  MethodComparison comparison;
  comparison.device = device.name.empty() ? device.id : device.name;
  comparison.reference = described(lines.front()->channel());
  comparison.energy = energy_over(*lines.front(), times);
  comparison.time = length_of(times);
  add_note_of_holes(comparison, times);
  for (const auto* line : lines) {
    if (line != lines.front()) {
      comparison.rows.push_back({described(line->channel()), energy_over(*line, times)});
    }
    if (line->channel().kind == ChannelKind::windowed_power &&
        line->channel().name != kMeterChannel) {
      comparison.rows.push_back(
          {fmt::format("{} polled every {}", line->channel().name, text(polling)),
           sum_over(times, [&](Interval interval) { return polled(*line, interval, polling); })});
    }
  }
  add_average(comparison, lines, times, polling);
  if (device.kind == DeviceKind::gpu) add_nominal(comparison, device);
  if (device.kind != DeviceKind::gpu) {
    add_estimators(comparison, device, part, environment, times);
  }
  return comparison;
}

}  // namespace

std::vector<Interval> covered_by_all(std::span<const Timeline* const> lines) {
  if (lines.empty() || !lines.front()->covered()) return {};
  Interval all = *lines.front()->covered();
  std::vector<Gap> gaps;
  for (const auto* line : lines) {
    if (!line->covered()) return {};
    all = intersection(all, *line->covered());
    gaps.insert(gaps.end(), line->gaps().begin(), line->gaps().end());
  }
  std::ranges::sort(gaps, {}, [](const Gap& gap) { return gap.interval.begin; });
  std::vector<Interval> times;
  Timestamp from = all.begin;
  for (const Gap& gap : gaps) {
    const Interval before{from, std::min(gap.interval.begin, all.end)};
    if (before.begin < before.end) times.push_back(before);
    from = std::max(from, gap.interval.end);
  }
  if (from < all.end) times.push_back({from, all.end});
  return times;
}

Joules energy_over(const Timeline& line, std::span<const Interval> times) {
  return sum_over(times, [&](Interval interval) { return line.energy_clamped(interval); });
}

Seconds length_of(std::span<const Interval> times) {
  Seconds sum{0};
  for (const Interval interval : times) sum += Seconds{interval.length()};
  return sum;
}

std::string described(const Channel& channel) {
  return channel.method.empty() ? channel.name : channel.name + " (" + channel.method + ")";
}

void add_nominal(MethodComparison& comparison, const Device& device) {
  if (const auto nominal = find_gpu_power(device.name)) {
    comparison.rows.push_back({"nominal board power, " + text(nominal->power) + " x time",
                               nominal->power * comparison.time});
  } else if (device.power_limit) {
    comparison.rows.push_back({"power limit, " + text(*device.power_limit) + " x time",
                               *device.power_limit * comparison.time});
  }
}

void correct_gain(MethodComparison& comparison, const MethodComparison& other) {
  std::vector<MethodEnergy> corrected;
  for (const auto& row : comparison.rows) {
    const auto same = std::ranges::find(other.rows, row.method, &MethodEnergy::method);
    if (same == other.rows.end() || other.energy.value() <= 0 || same->energy.value() <= 0) {
      continue;
    }
    const double gain = same->energy / other.energy;
    corrected.push_back({fmt::format("{}, divided by its gain there, {:.4f}", row.method, gain),
                         row.energy / gain});
  }
  comparison.rows.insert(comparison.rows.end(), corrected.begin(), corrected.end());
}

std::vector<MethodComparison> compare_methods(const Run& run, Seconds polling) {
  std::vector<MethodComparison> all;
  std::vector<std::string> left_out;
  for (const auto& part : run.parts) {
    for (const auto& device : part.header.devices) {
      if (device.kind == DeviceKind::board) continue;  // a meter is the reference of its card
      auto one = compare_device(device, part, run.header.environment, polling);
      const bool measured = std::ranges::any_of(part.timelines, [&](const Timeline& line) {
        return line.channel().device == device.id && measures_energy(line);
      });
      if (measured && !one) left_out.push_back(device.id);
      if (one) all.push_back(std::move(*one));
    }
  }
  if (all.empty()) return all;
  for (const auto& id : left_out) {
    all.front().notes.push_back(id + " is left out: at no time has it readings without a gap");
  }
  return all;
}

}  // namespace erg
