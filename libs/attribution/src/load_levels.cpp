// SPDX-License-Identifier: Apache-2.0
#include "erg/load_levels.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <span>

#include "erg/least_squares.h"
#include "erg/nonnegative.h"
#include "identifiability.h"

namespace erg {
namespace {

using attribution::kFeigned;
using attribution::kResolved;
using std::chrono::milliseconds;

// Windows and delays of known boards (MEASUREMENT.md 1), and stamps that come early.
constexpr milliseconds kWindows[] = {milliseconds{20},  milliseconds{25},  milliseconds{50},
                                     milliseconds{100}, milliseconds{200}, milliseconds{500},
                                     milliseconds{1000}};
constexpr milliseconds kLeastDelay{-40}, kMostDelay{200}, kDelayStep{20};
// Before and after the loads the power is taken for constant this long.
constexpr milliseconds kAround{1000};
// Sensors whose residual is within this of the best explain the readings as well.
constexpr double kAlike = 1.25;

struct Piece {
  Interval interval;
  std::size_t load;
};

// The loads in time order, and after them the columns of what lies before, between and after.
struct Loads {
  std::vector<std::string> names;
  std::vector<Piece> pieces;
  Interval all{Timestamp::max(), Timestamp::min()};

  std::size_t columns() const { return names.size() + 3; }
};

Loads loads_of(const SpanTable& spans) {
  Loads loads;
  std::map<NameId, std::size_t> ids;
  for (SpanIndex i = 0; i < spans.size(); ++i) {
    if (spans.kinds()[i] != SpanKind::range || spans.open(i)) continue;
    const NameId name = spans.name_ids()[i];
    const auto [known, added] = ids.try_emplace(name, loads.names.size());
    if (added) loads.names.emplace_back(spans.name(name));
    const Interval interval = spans.interval(i);
    loads.pieces.push_back({interval, known->second});
    loads.all = {std::min(loads.all.begin, interval.begin), std::max(loads.all.end, interval.end)};
  }
  return loads;
}

// Readings where the sensor showed something new.
std::vector<std::size_t> updates_of(const Timeline& power, Interval within) {
  std::vector<std::size_t> updates;
  for (std::size_t i = 1; i < power.size(); ++i) {
    if (power.counts()[i] != power.counts()[i - 1] && within.contains(power.times()[i])) {
      updates.push_back(i);
    }
  }
  return updates;
}

double share(Interval window, Interval of) {
  return Seconds{intersection(window, of).length()} / Seconds{window.length()};
}

void add_shares(const Loads& loads, Interval window, Matrix& shares, std::size_t row) {
  const std::size_t before = loads.names.size(), between = before + 1, after = before + 2;
  double rest = 1;
  for (const Piece& piece : loads.pieces) {
    const double part = share(window, piece.interval);
    shares(row, piece.load) += part;
    rest -= part;
  }
  shares(row, before) = share(window, {Timestamp::min(), loads.all.begin});
  shares(row, after) = share(window, {loads.all.end, Timestamp::max()});
  shares(row, between) = std::max(0.0, rest - shares(row, before) - shares(row, after));
}

// Without the columns that hold no time; the names that stay keep their order.
Matrix without_empty(const Matrix& all, std::vector<std::size_t>& columns) {
  for (std::size_t j = 0; j < all.columns; ++j) {
    double sum = 0;
    for (std::size_t i = 0; i < all.rows; ++i) sum += all(i, j);
    if (sum > 1e-9) columns.push_back(j);
  }
  Matrix some{all.rows, columns.size()};
  for (std::size_t i = 0; i < all.rows; ++i) {
    for (std::size_t j = 0; j < columns.size(); ++j) some(i, j) = all(i, columns[j]);
  }
  return some;
}

// The readings as one sensor explains them.
struct Fit {
  milliseconds window{0};
  milliseconds delay{0};
  Matrix shares;
  std::vector<std::size_t> columns;  // of the loads, by column of shares
  std::vector<double> watts;
  double misfit = std::numeric_limits<double>::infinity();  // root mean square
};

Fit fit(const Loads& loads, const Timeline& power, const std::vector<std::size_t>& updates,
        milliseconds window, milliseconds delay) {
  Matrix all{updates.size(), loads.columns()};
  std::vector<double> y;
  for (std::size_t row = 0; row < updates.size(); ++row) {
    const Timestamp end = power.times()[updates[row]] - delay;
    add_shares(loads, {end - window, end}, all, row);
    y.push_back(power.value(updates[row]));
  }
  Fit one{window, delay, {}, {}, {}};
  one.shares = without_empty(all, one.columns);
  one.watts = nonnegative_least_squares(one.shares, y);
  double squares = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    double left = y[i];
    for (std::size_t j = 0; j < one.watts.size(); ++j) left -= one.shares(i, j) * one.watts[j];
    squares += left * left;
  }
  one.misfit = std::sqrt(squares / static_cast<double>(y.size()));
  return one;
}

// The column of a load; that of one that no window saw is past the end.
std::size_t column_of(const Fit& fit, std::size_t load) {
  return static_cast<std::size_t>(std::ranges::find(fit.columns, load) - fit.columns.begin());
}

std::vector<Fit> fits_of_sensors(const Loads& loads, const Timeline& power,
                                 const std::vector<std::size_t>& updates) {
  std::vector<Fit> fits;
  for (const milliseconds window : kWindows) {
    for (auto delay = kLeastDelay; delay <= kMostDelay; delay += kDelayStep) {
      fits.push_back(fit(loads, power, updates, window, delay));
    }
  }
  return fits;
}

// Standard uncertainty: of the fit, and of which sensor it was. Empty where the windows do not
// determine it.
std::optional<double> uncertainty(const std::vector<Fit>& fits, const Fit& best, std::size_t load,
                                  std::span<const double> readings) {
  const std::size_t column = column_of(best, load);
  double formal = 0;
  try {
    const auto plain = least_squares(best.shares, readings);
    formal = std::sqrt(plain.covariance(column, column));
  } catch (const FitError&) {
    return std::nullopt;
  }
  double spread = 0;
  for (const Fit& other : fits) {
    const std::size_t there = column_of(other, load);
    if (other.misfit > kAlike * best.misfit || there == other.watts.size()) continue;
    spread = std::max(spread, std::abs(other.watts[there] - best.watts[column]));
  }
  return std::hypot(formal, spread / 2);
}

LoadLevel integrated(const Loads& loads, std::size_t load, const Timeline& power) {
  LoadLevel level;
  level.name = loads.names[load];
  Joules energy{0};
  for (const Piece& piece : loads.pieces) {
    if (piece.load != load) continue;
    level.time += piece.interval.length();
    energy += power.energy_clamped(piece.interval);
  }
  level.timeline = level.time.count() > 0 ? energy / level.time : Watts{0};
  return level;
}

void resolve(LoadLevel& level, std::size_t load, const std::vector<Fit>& fits, const Fit& best,
             std::span<const double> readings) {
  const std::size_t column = column_of(best, load);
  if (column == best.watts.size()) return;
  const double watts = best.watts[column];
  const auto u = uncertainty(fits, best, load, readings);
  if (!u || 2 * *u >= kResolved * watts) return;
  if (attribution::own_variation(best.shares, column) <= kFeigned) return;
  level.regression = Watts{watts};
  level.regression_u = Watts{*u};
}

}  // namespace

std::vector<LoadLevel> integrated_loads(const SpanTable& spans, const Timeline& power) {
  const Loads loads = loads_of(spans);
  std::vector<LoadLevel> levels;
  for (std::size_t load = 0; load < loads.names.size(); ++load) {
    levels.push_back(integrated(loads, load, power));
  }
  return levels;
}

LoadLevels load_levels(const SpanTable& spans, const Timeline& power) {
  LoadLevels result;
  const Loads loads = loads_of(spans);
  if (loads.names.empty()) return result;
  const auto updates = updates_of(power, {loads.all.begin - kAround, loads.all.end + kAround});
  if (updates.empty()) return result;
  std::vector<double> readings;
  for (const std::size_t i : updates) readings.push_back(power.value(i));
  const auto fits = fits_of_sensors(loads, power, updates);
  const Fit& best = *std::ranges::min_element(fits, {}, &Fit::misfit);
  result.window = best.window;
  result.delay = best.delay;
  for (std::size_t load = 0; load < loads.names.size(); ++load) {
    result.levels.push_back(integrated(loads, load, power));
    resolve(result.levels.back(), load, fits, best, readings);
  }
  return result;
}

}  // namespace erg
