// SPDX-License-Identifier: Apache-2.0
#include "second_rows.h"

#include <algorithm>

namespace erg::store {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kLongestFilled = 60 * kSecond;

std::int64_t ns(Timestamp time) { return time.time_since_epoch().count(); }

std::int64_t second_of(std::int64_t ns) { return ns / kSecond - (ns % kSecond < 0 ? 1 : 0); }

}  // namespace

void SecondRows::see(double value) {
  row_.min = row_.min ? std::min(*row_.min, value) : value;
  row_.max = row_.max ? std::max(*row_.max, value) : value;
}

void SecondRows::turn_to(std::int64_t second, std::vector<SecondRow>& done) {
  if (second == row_.second) return;
  done.push_back(*open());
  row_ = {};
  row_.second = second;
  covered_s_ = sum_ = 0;
}

void SecondRows::piece(double begin_s, double end_s, double mean_w) {
  const double length_s = end_s - begin_s;
  row_.energy_j = row_.energy_j.value_or(0) + mean_w * length_s;
  energy_j_ += mean_w * length_s;
  covered_s_ += length_s;
}

// Cuts the stretch between two readings at full seconds.
void SecondRows::stretch(Sample from, Sample to, std::vector<SecondRow>& done) {
  const std::int64_t begin = ns(from.time);
  const std::int64_t length = ns(to.time) - begin;
  const double length_s = static_cast<double>(length) * 1e-9;
  const bool counter = channel_.kind == ChannelKind::energy_counter;
  const double from_value = static_cast<double>(from.count) * channel_.resolution;
  const double to_value = static_cast<double>(to.count) * channel_.resolution;
  const double slope_w = (to_value - from_value) / length_s;
  const auto power_at = [&](double into_s) {
    return counter ? slope_w : from_value + slope_w * into_s;
  };
  double into_s = 0;
  const std::int64_t first = second_of(begin);
  const std::int64_t last = second_of(ns(to.time));
  const bool filled = length <= kLongestFilled;
  for (std::int64_t second = first; second <= last; ++second) {
    if (second > first) turn_to(second, done);
    if (!filled && second == first) second = last - 1;  // what lies between gets no row
    const std::int64_t end = std::min((second + 1) * kSecond - begin, length);
    const double end_s = static_cast<double>(end) * 1e-9;
    const double mean_w = 0.5 * (power_at(into_s) + power_at(end_s));
    piece(into_s, end_s, mean_w);
    if (counter) see(slope_w);
    into_s = end_s;
  }
}

void SecondRows::add(Sample sample, std::vector<SecondRow>& done) {
  const bool gauge = channel_.kind == ChannelKind::gauge;
  const std::int64_t second = second_of(ns(sample.time));
  if (!last_) {
    row_.second = second;
  } else if (gauge) {
    turn_to(second, done);
  } else {
    stretch(*last_, sample, done);
    turn_to(second, done);
  }
  if (channel_.kind != ChannelKind::energy_counter) {
    const double value = static_cast<double>(sample.count) * channel_.resolution;
    see(value);
    sum_ += value;
  }
  ++row_.samples;
  last_ = sample;
}

std::optional<SecondRow> SecondRows::open() const {
  if (!last_) return std::nullopt;
  SecondRow row = row_;
  if (covered_s_ > 0) {
    row.mean = *row.energy_j / covered_s_;
  } else if (channel_.kind != ChannelKind::energy_counter && row.samples > 0) {
    row.mean = sum_ / static_cast<double>(row.samples);
  }
  if (channel_.kind != ChannelKind::gauge && !row.energy_j) row.energy_j = 0;
  if (!row.min) row.min = row.max = row.mean;  // between two readings of a power
  return row;
}

}  // namespace erg::store
