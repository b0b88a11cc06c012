// SPDX-License-Identifier: Apache-2.0
#include "trace_levels.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "energy_methods.h"
#include "erg/load_levels.h"
#include "erg/numbers.h"
#include "optional_json.h"

namespace erg {
namespace {

const Timeline* meter_of(const Part& part) {
  const auto found = std::ranges::find_if(
      part.timelines, [](const Timeline& line) { return line.channel().name == kMeterChannel; });
  return found == part.timelines.end() ? nullptr : &*found;
}

// The energy of a channel over the meter's, where both have readings.
std::optional<double> gain_of(const Part& part, std::string_view channel) {
  const Timeline* meter = meter_of(part);
  for (const Timeline& line : part.timelines) {
    if (!meter || line.channel().name != channel || !line.covered() || !meter->covered()) continue;
    const std::array<const Timeline*, 2> lines{&line, meter};
    const auto both = covered_by_all(lines);
    const Joules true_energy = energy_over(*meter, both);
    if (true_energy.value() > 0) return energy_over(line, both) / true_energy;
  }
  return std::nullopt;
}

// The spans of which both series tell all.
SpanTable spans_told(const SpanTable& spans, const Timeline& line, const Timeline& meter) {
  const std::array<const Timeline*, 2> lines{&line, &meter};
  const auto times = covered_by_all(lines);
  SpanTable told;
  for (SpanIndex i = 0; i < spans.size(); ++i) {
    Span span = spans[i];
    const bool whole = std::ranges::any_of(times, [&](const Interval& time) {
      return time.begin <= span.interval.begin && span.interval.end <= time.end;
    });
    if (span.kind == SpanKind::range && !whole) continue;
    span.name = told.intern(spans.name(span.name));
    told.append(span);
  }
  return told;
}

double error_of(Watts power, const TraceLevel& level) {
  return level.meter.value() == 0 ? 0 : power / level.meter - 1;
}

std::string signed_percent(double share) { return fmt::format("{:+.2f} %", 100 * share); }

}  // namespace

std::vector<TraceLevel> trace_levels(const Run& trace, const std::optional<Run>& gain_from) {
  std::vector<TraceLevel> all;
  for (const Part& part : trace.parts) {
    const Timeline* meter = meter_of(part);
    if (!meter) continue;
    for (const Timeline& line : part.timelines) {
      if (&line == meter || line.channel().kind != ChannelKind::windowed_power) continue;
      const Part& judge = gain_from && !gain_from->parts.empty() ? gain_from->parts.front() : part;
      const auto gain = gain_of(judge, line.channel().name);
      if (!gain || *gain <= 0) continue;
      const bool hole = !line.gaps().empty() || !meter->gaps().empty();
      const SpanTable spans = hole ? spans_told(part.spans, line, *meter) : part.spans;
      const auto truth = integrated_loads(spans, *meter);
      const auto seen = load_levels(spans, line).levels;
      for (std::size_t i = 0; i < seen.size() && i < truth.size(); ++i) {
        TraceLevel level{seen[i].name,      described(line.channel()), *gain,
                         truth[i].timeline, seen[i].timeline / *gain,  std::nullopt};
        if (seen[i].regression) level.regression = *seen[i].regression / *gain;
        all.push_back(std::move(level));
      }
    }
  }
  return all;
}

nlohmann::ordered_json form(const std::vector<TraceLevel>& levels) {
  auto list = nlohmann::ordered_json::array();
  for (const TraceLevel& level : levels) {
    nlohmann::ordered_json entry;
    entry["load"] = level.load;
    entry["method"] = level.method;
    entry["gain"] = level.gain;
    entry["meter_w"] = level.meter.value();
    entry["timeline_w"] = level.timeline.value();
    entry["timeline_error"] = error_of(level.timeline, level);
    entry["regression_w"] = json_of(level.regression);
    entry["regression_error"] = level.regression
                                    ? json_of(std::optional{error_of(*level.regression, level)})
                                    : nlohmann::ordered_json{};
    list.push_back(std::move(entry));
  }
  return list;
}

std::string table_of(const std::vector<TraceLevel>& levels, TextStyle style) {
  using Align = TextTable::Align;
  TextTable table{{{"load"},
                   {"method, gain corrected"},
                   {"gain", Align::right},
                   {"meter", Align::right},
                   {"timeline", Align::right},
                   {"error", Align::right},
                   {"regression", Align::right},
                   {"error", Align::right}}};
  for (const TraceLevel& level : levels) {
    table.add({level.load, level.method, fmt::format("{:.4f}", level.gain), text(level.meter),
               text(level.timeline), signed_percent(error_of(level.timeline, level)),
               level.regression ? text(*level.regression) : "not resolved",
               level.regression ? signed_percent(error_of(*level.regression, level)) : ""});
  }
  return table.text(style);
}

}  // namespace erg
