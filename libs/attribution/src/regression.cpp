// SPDX-License-Identifier: Apache-2.0
#include "regression.h"

#include <algorithm>
#include <cmath>

#include "energy_curve.h"
#include "erg/least_squares.h"
#include "erg/nonnegative.h"
#include "identifiability.h"
#include "lanes.h"
#include "timeline_method.h"

namespace erg::attribution {
namespace {

// Readings are averaged over this many resolutions: beyond it a stamp's jitter is a few percent.
constexpr double kResolutions = 10;
constexpr double kSteps = 20;
// Columns that hold any time, and the rows [begin, end).
Matrix part_of(const Matrix& all, const std::vector<std::size_t>& columns, std::size_t begin,
               std::size_t end) {
  Matrix part{end - begin, columns.size()};
  for (std::size_t i = begin; i < end; ++i) {
    for (std::size_t j = 0; j < columns.size(); ++j) part(i - begin, j) = all(i, columns[j]);
  }
  return part;
}

// Windows long enough that where in a step they begin does not change what they are made of.
Seconds window_length(const Lane& lane, const EnergyCurve& curve) {
  std::uint64_t most = 1;
  for (const auto count : lane.counts) most = std::max(most, count);
  const Seconds cycle = curve.covered_time() / static_cast<double>(most);
  return std::max(kResolutions * curve.resolution(), std::min(kSteps * cycle, Seconds{5}));
}

// Windows of one device: what each was made of, and its mean power.
struct Windows {
  Matrix shares;  // last column: time in no class
  std::vector<double> watts;
};

Windows windows_of(const Lane& lane, std::size_t classes, const EnergyCurve& curve) {
  const auto length = std::chrono::round<Nanoseconds>(window_length(lane, curve));
  std::vector<Interval> intervals;
  for (const Interval& covered : curve.covered()) {
    for (Timestamp at = covered.begin; at + length <= covered.end; at += length) {
      intervals.push_back({at, at + length});
    }
  }
  Windows windows{Matrix{intervals.size(), classes + 1}, {}};
  std::size_t next = 0;
  for (std::size_t row = 0; row < intervals.size(); ++row) {
    const Interval window = intervals[row];
    double rest = 1;
    while (next < lane.segments.size() && lane.segments[next].end <= window.begin) ++next;
    for (std::size_t i = next; i < lane.segments.size() && lane.segments[i].begin < window.end;
         ++i) {
      const Interval part = intersection(window, {lane.segments[i].begin, lane.segments[i].end});
      const double share = Seconds{part.length()} / Seconds{length};
      windows.shares(row, lane.segments[i].span_class) += share;
      rest -= share;
    }
    windows.shares(row, classes) = std::max(0.0, rest);
    windows.watts.push_back(curve.between(window) / Seconds{length} / Watts{1});
  }
  return windows;
}

struct Powers {
  std::vector<std::size_t> columns;
  std::vector<double> watts;
  std::vector<double> watts_u;
  std::vector<bool> resolved;
};

Powers powers_of(const Windows& windows) {
  Powers powers;
  const Matrix& all = windows.shares;
  for (std::size_t j = 0; j < all.columns; ++j) {
    double share = 0;
    for (std::size_t i = 0; i < all.rows; ++i) share += all(i, j);
    if (share > 1e-9) powers.columns.push_back(j);
  }
  const std::size_t n = powers.columns.size();
  powers.watts.assign(n, 0);
  powers.watts_u.assign(n, 0);
  powers.resolved.assign(n, false);
  if (all.rows < 4 * n + 8) return powers;
  const std::span<const double> y{windows.watts};
  const std::size_t half = all.rows / 2;
  const Matrix whole = part_of(all, powers.columns, 0, all.rows);
  powers.watts = nonnegative_least_squares(whole, y);
  const auto first =
      nonnegative_least_squares(part_of(all, powers.columns, 0, half), y.first(half));
  const auto second =
      nonnegative_least_squares(part_of(all, powers.columns, half, all.rows), y.subspan(half));
  LinearFit fit;
  try {
    fit = least_squares(whole, y);
  } catch (const FitError&) {
    return powers;  // windows that are all alike tell nothing apart
  }
  for (std::size_t j = 0; j < n; ++j) {
    // Misfit and drift show between the halves; the formal error alone is far too small.
    powers.watts_u[j] =
        std::max(2 * std::sqrt(fit.covariance(j, j)), 0.5 * std::abs(first[j] - second[j]));
    powers.resolved[j] = powers.watts[j] > 0 && own_variation(whole, j) > kFeigned &&
                         powers.watts_u[j] < kResolved * powers.watts[j];
  }
  return powers;
}

// Gives a row the power of its class, or nothing where that was not resolved. What it loses.
Joules resolve(const Powers& powers, const ClassTable& classes, BreakdownRow& row) {
  const Joules before = row.energy->value;
  for (std::size_t j = 0; j < powers.columns.size(); ++j) {
    const std::size_t column = powers.columns[j];
    if (column >= classes.size() || !powers.resolved[j]) continue;
    const auto& known = classes[static_cast<ClassId>(column)];
    if (known.name != row.name || known.pass != row.pass) continue;
    row.method = "regression";
    row.energy->value = Watts{powers.watts[j]} * row.time->value;
    row.energy->independent_u = Watts{powers.watts_u[j]} * row.time->value;
    row.energy->provenance = weakest(row.energy->provenance, Provenance::attributed);
    return before - row.energy->value;
  }
  row.method = "regression: not resolved";
  row.energy.reset();
  return before;
}

// What rows of one device lose to the unattributed one.
Joules resolve(const Host& host, const MeasuredDevice& device, const AttributionOptions& options,
               Breakdown& result) {
  std::vector<std::string> said_before;
  ClassTable classes{options};
  LaneFinder finder{classes, said_before};
  const auto lanes = finder.lanes(host, &device);
  if (!device.spans || lanes.size() != 1) return Joules{0};
  const EnergyCurve curve{device, host.extent};
  const Powers powers = powers_of(windows_of(*lanes.front(), classes.size(), curve));
  Joules moved{0};
  for (auto& row : result.rows) {
    if (row.device != device.name || row.kind == "device" || !row.energy || !row.time) continue;
    moved += resolve(powers, classes, row);
  }
  return moved;
}

}  // namespace

Breakdown by_regression(const Run& run, const AttributionOptions& options) {
  if (!span_kind(options.by)) {
    throw AttributionError{"regression tells classes of spans apart; for " +
                           std::string{to_string(options.by)} + " use --method timeline"};
  }
  Breakdown result = by_timeline(run, options);
  result.method = "regression";
  result.covariance_j2.clear();
  Joules moved{0};
  for (const Host& host : hosts_of(run)) {
    for (const auto& device : host.devices) moved += resolve(host, device, options, result);
  }
  if (auto& rest = result.unattributed.energy) {
    rest->value += moved;
    double squares = std::pow(rest->independent_u.value(), 2);
    for (const auto& row : result.rows) {
      if (row.energy) squares += std::pow(row.energy->independent_u.value(), 2);
    }
    rest->independent_u = Joules{std::sqrt(squares)};
  }
  result.notes.push_back(
      "what is not resolved is part of unattributed: profile the step with designs to tell it");
  return result;
}

}  // namespace erg::attribution
