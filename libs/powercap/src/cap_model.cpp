// SPDX-License-Identifier: Apache-2.0
#include "erg/cap_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "monotone_cubic.h"

namespace erg {
namespace {

// Below this share of the highest cap a model of the clock means nothing.
constexpr double kLeastHeadroom = 0.01;

double square(double x) { return x * x; }

double log_slowdown(double cap, double unbound, double unscaled, double exponent) {
  const double room = std::max(cap - unscaled, kLeastHeadroom);
  return exponent * std::max(0.0, std::log((unbound - unscaled) / room));
}

std::vector<double> grid(double first, double last, int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(first + (last - first) * i / (count - 1));
  return values;
}

}  // namespace

std::vector<Watts> probe_caps(std::span<const Watts> levels, std::size_t count) {
  std::vector<Watts> free(levels.begin(), levels.end());
  std::ranges::sort(free);
  if (free.size() <= count) return free;
  const Watts lowest = free.front(), range = free.back() - free.front();
  std::vector<Watts> chosen;
  double share = 1;
  for (std::size_t i = 0; i < count; ++i) {
    const Watts wanted = i + 1 == count ? lowest : lowest + share * range;
    const auto nearest = std::ranges::min_element(
        free, {}, [&](Watts level) { return std::abs((level - wanted).value()); });
    chosen.push_back(*nearest);
    free.erase(nearest);
    share /= 2;
  }
  std::ranges::sort(chosen);
  return chosen;
}

std::string probe_rule(std::size_t count) {
  std::string words = "the highest and the lowest cap";
  for (std::size_t i = 2; i < count; ++i) {
    words += i == 2 ? ", and those nearest to 1/2" : i == 3 ? ", 1/4" : ", ...";
    if (i == 4) break;
  }
  return words + (count > 2 ? " of the range between" : "");
}

CapModel::CapModel(const CapCurve& measured, const CapPriors& priors)
    : measured_{measured}, priors_{priors} {
  const auto& points = measured_.points;
  if (points.size() < 2) throw std::invalid_argument{"a cap model needs at least two caps"};
  for (const auto& point : points) {
    if (!(point.time.value > Seconds{0}) || !(point.power > Watts{0})) {
      throw std::invalid_argument{"a cap point has no time or no power"};
    }
    if (&point != &points.front() && !(point.cap > (&point - 1)->cap)) {
      throw std::invalid_argument{"the caps of a curve must rise, each once"};
    }
  }
  highest_w_ = points.back().cap.value();
  weigh_shapes();
}

void CapModel::weigh_shapes() {
  const auto& points = measured_.points;
  const double least_unbound = std::min(0.34, points.front().cap.value() / highest_w_);
  double least_misfit = std::numeric_limits<double>::infinity();
  for (const double unscaled : grid(0, 0.32, 9)) {
    for (const double exponent : grid(0.2, 1.6, 8)) {
      for (const double unbound : grid(least_unbound, 1, 34)) {
        if (unbound < unscaled + 2 * kLeastHeadroom) continue;
        const auto slowdown = [&](const CapPoint& point) {
          return log_slowdown(point.cap.value() / highest_w_, unbound, unscaled, exponent);
        };
        double log_time = 0;
        for (const auto& point : points) {
          log_time += std::log(point.time.value.count()) - slowdown(point);
        }
        log_time /= static_cast<double>(points.size());
        double misfit = square((unscaled - priors_.unscaled) / priors_.unscaled_width) +
                        square((exponent - priors_.exponent) / priors_.exponent_width);
        for (const auto& point : points) {
          const double residual = std::log(point.time.value.count()) - log_time - slowdown(point);
          misfit += square(residual / priors_.log_time_scatter);
        }
        least_misfit = std::min(least_misfit, misfit);
        shapes_.push_back({log_time, exponent, unbound, unscaled, misfit});
      }
    }
  }
  double sum = 0;
  for (auto& shape : shapes_) sum += shape.weight = std::exp(-0.5 * (shape.weight - least_misfit));
  for (auto& shape : shapes_) shape.weight /= sum;
  std::erase_if(shapes_, [](const Shape& shape) { return shape.weight < 1e-9; });
}

Watts CapModel::power_at(Watts cap) const {
  const auto& points = measured_.points;
  const auto above =
      std::ranges::find_if(points, [&](const CapPoint& point) { return point.cap >= cap; });
  if (above == points.end()) return points.back().power;
  if (above == points.begin()) {  // below every probe a binding cap sets the power in proportion
    return std::min(above->power, (cap / above->cap) * above->power);
  }
  const auto below = above - 1;
  const double share = (cap - below->cap) / (above->cap - below->cap);
  return below->power + share * (above->power - below->power);
}

CapModel::LogTime CapModel::log_time_at(Watts cap) const {
  double mean = 0, mean_square = 0;
  for (const auto& shape : shapes_) {
    const double log_time = shape.log_time + log_slowdown(cap.value() / highest_w_, shape.unbound,
                                                          shape.unscaled, shape.exponent);
    mean += shape.weight * log_time;
    mean_square += shape.weight * square(log_time);
  }
  const double spread = std::sqrt(std::max(0.0, mean_square - square(mean)));
  std::vector<double> caps, log_times;
  for (const auto& point : measured_.points) {
    caps.push_back(point.cap.value());
    log_times.push_back(std::log(point.time.value.count()));
  }
  const MonotoneCubic smooth{std::move(caps), std::move(log_times)};
  if (!smooth.covers(cap.value())) return {mean, spread};
  const double other = smooth(cap.value());
  return {(mean + other) / 2, std::hypot(spread, (mean - other) / 2)};
}

CapPoint CapModel::at(Watts cap) const {
  for (const auto& point : measured_.points) {
    if (point.cap == cap) return point;
  }
  const auto [log_time, deviation] = log_time_at(cap);
  const double relative = std::hypot(deviation, priors_.log_time_scatter);
  const Seconds time{std::exp(log_time)};
  const Watts power = power_at(cap);
  const double common = measured_.points.front().energy.common_u;
  return {cap,
          {power * time, relative * (power * time), common, Provenance::modelled},
          {time, relative * time, 0, Provenance::modelled},
          power,
          0};
}

CapCurve CapModel::at(std::span<const Watts> caps) const {
  CapCurve curve = measured_;
  curve.points.clear();
  for (const Watts cap : caps) curve.points.push_back(at(cap));
  std::ranges::sort(curve.points, {}, &CapPoint::cap);
  return curve;
}

}  // namespace erg
