// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "erg/sensor_check.h"

namespace erg {
namespace {

// How long the load had been on until a moment, in seconds; a sweep in any order.
class OnTime {
 public:
  explicit OnTime(std::span<const Interval> on) {
    double total = 0;
    for (const Interval& each : on) {
      begins_.push_back(seconds_since_start(each.begin).count());
      before_.push_back(total);
      lengths_.push_back(Seconds{each.length()}.count());
      total += lengths_.back();
    }
  }

  double until(double time) const {
    const auto after = std::ranges::upper_bound(begins_, time) - begins_.begin();
    if (after == 0) return 0;
    const auto i = static_cast<std::size_t>(after - 1);
    return before_[i] + std::min(time - begins_[i], lengths_[i]);
  }

 private:
  std::vector<double> begins_, before_, lengths_;
};

struct Readings {
  std::vector<double> times;
  std::vector<double> watts;
};

struct Fit {
  double window = 0;
  double delay = 0;
  double misfit = 0;  // mean square about the best low + step * share
  double step = 0;
};

// The best low and step for one window and delay, by least squares.
Fit fit(const Readings& readings, const OnTime& on, double window, double delay) {
  const double n = static_cast<double>(readings.times.size());
  double x_mean = 0, y_mean = 0, xx = 0, xy = 0, yy = 0;
  for (std::size_t i = 0; i < readings.times.size(); ++i) {
    const double end = readings.times[i] - delay;
    const double x = (on.until(end) - on.until(end - window)) / window;
    const double y = readings.watts[i];
    x_mean += x / n, y_mean += y / n;
    xx += x * x / n, xy += x * y / n, yy += y * y / n;
  }
  xx -= x_mean * x_mean, xy -= x_mean * y_mean, yy -= y_mean * y_mean;
  const double step = xx > 1e-12 ? xy / xx : 0;
  return {window, delay, std::max(yy - step * xy, 0.0), step};
}

// A grid around the best so far, from coarse to fine.
Fit search(const Readings& readings, const OnTime& on) {
  constexpr double kLeast = 0.002;  // a window of nothing is an instant
  Fit best = fit(readings, on, kLeast, 0);
  double reach_window = 0.75, reach_delay = 0.25, window = 0.75, delay = 0.25;
  for (int level = 0; level < 5; ++level) {
    const double window_step = reach_window / 15, delay_step = reach_delay / 10;
    for (int i = -15; i <= 15; ++i) {
      for (int k = -10; k <= 10; ++k) {
        const Fit next = fit(readings, on, std::max(window + i * window_step, kLeast),
                             std::max(delay + k * delay_step, 0.0));
        if (next.step > 0 && next.misfit < best.misfit) best = next;
      }
    }
    window = best.window, delay = best.delay;
    reach_window = 2 * window_step, reach_delay = 2 * delay_step;
  }
  return best;
}

}  // namespace

std::optional<Response> measured_response(const Timeline& power, std::span<const Interval> on) {
  if (power.channel().kind != ChannelKind::windowed_power || on.empty()) return std::nullopt;
  const Nanoseconds margin = std::chrono::seconds{1};
  const auto times = power.times();
  const auto first = std::ranges::lower_bound(times, on.front().begin - margin) - times.begin();
  const auto last = std::ranges::upper_bound(times, on.back().end + margin) - times.begin();
  // Some hundred readings tell as much as thousands of a value polled faster than it is renewed.
  constexpr std::ptrdiff_t kEnough = 800;
  const auto stride = std::max<std::ptrdiff_t>(1, (last - first + kEnough - 1) / kEnough);
  Readings readings;
  for (auto i = first; i < last; i += stride) {
    const auto index = static_cast<std::size_t>(i);
    readings.times.push_back(seconds_since_start(times[index]).count());
    readings.watts.push_back(power.value(index));
  }
  if (readings.times.size() < 20) return std::nullopt;
  const Fit best = search(readings, OnTime{on});
  const double spread = std::sqrt(best.misfit);
  if (best.step <= 0 || spread > best.step) return std::nullopt;
  return Response{Seconds{best.window}, Seconds{best.delay}, spread / best.step};
}

}  // namespace erg
