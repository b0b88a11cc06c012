// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

#include "columns.h"
#include "erg/time.h"

namespace erg::store {
namespace {

constexpr std::uint8_t kWholeSteps = 1;  // the format in which a step had no fraction
constexpr unsigned kStepFraction = 16;   // bits
constexpr std::uint64_t kLargestUnit = std::uint64_t{1} << 62U;

// Do not change the values: they are stored.
enum class Prediction : std::uint8_t { line = 0, delta = 1, delta_of_delta = 2 };

std::uint64_t as_unsigned(std::int64_t number) { return static_cast<std::uint64_t>(number); }

// A step, or many, without its fraction.
std::uint64_t whole(std::uint64_t steps, unsigned fraction) {
  return as_unsigned(static_cast<std::int64_t>(steps) >> fraction);
}

// From the first number, which is 0, to the last in equal steps; 0 where they are too large.
std::uint64_t mean_step(std::span<const std::int64_t> series) {
  if (series.size() < 2) return 0;
  const auto steps = static_cast<std::int64_t>(series.size() - 1);
  const std::int64_t step = series.back() / steps;
  constexpr std::int64_t kLargest = std::int64_t{1} << (62 - kStepFraction);
  if (step > kLargest || step < -kLargest) return 0;
  const std::int64_t one = std::int64_t{1} << kStepFraction;
  return as_unsigned(step * one + series.back() % steps * one / steps);
}

// What is left of the series after the prediction, from its second number on.
void residuals(std::span<const std::int64_t> series, Prediction prediction, std::uint64_t step,
               std::vector<std::uint64_t>& left) {
  left.resize(series.size() - 1);
  const std::uint64_t first = as_unsigned(series[0]);
  const std::uint64_t whole_step = whole(step, kStepFraction);
  std::uint64_t last_delta = whole_step;
  for (std::size_t i = 1; i < series.size(); ++i) {
    const std::uint64_t now = as_unsigned(series[i]);
    const std::uint64_t delta = now - as_unsigned(series[i - 1]);
    std::uint64_t expected = whole_step;
    if (prediction == Prediction::line) {
      left[i - 1] = zigzag(now - (first + whole(i * step, kStepFraction)));
      continue;
    }
    if (prediction == Prediction::delta_of_delta) expected = last_delta;
    left[i - 1] = zigzag(delta - expected);
    last_delta = delta;
  }
}

// Many a clock ticks in microseconds and many a sensor in steps of its own: divides what lies
// between the series and its first number by the largest unit that all of it is a multiple of.
std::uint64_t common_unit(std::span<const std::int64_t> series, std::vector<std::int64_t>& scaled) {
  scaled.resize(series.size());
  std::uint64_t unit = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    scaled[i] = static_cast<std::int64_t>(as_unsigned(series[i]) - as_unsigned(series[0]));
    const std::uint64_t size = as_unsigned(scaled[i] < 0 ? 0 : scaled[i]) |
                               (scaled[i] < 0 ? 0 - as_unsigned(scaled[i]) : 0);
    if (unit == 0 || size % unit != 0) unit = std::gcd(unit, size);
  }
  if (unit < 2 || unit > kLargestUnit) return 1;
  for (auto& number : scaled) number /= static_cast<std::int64_t>(unit);
  return unit;
}

template <class Number>
Number number_of(std::uint64_t two_complement) {
  const auto number = static_cast<std::int64_t>(two_complement);
  if constexpr (std::is_same_v<Number, Timestamp>)
    return Timestamp{Nanoseconds{number}};
  else
    return number;
}

// About the bits that the byte planes of some thousand of the numbers take: their entropy.
double planes_bits(std::span<const std::uint64_t> numbers) {
  const std::size_t stride = numbers.size() / 4096 + 1;
  std::uint64_t all = 0;
  for (const auto number : numbers) all |= number;
  const auto width = static_cast<unsigned>(std::bit_width(all));
  double bits = 0;
  for (unsigned shift = 0; shift < width; shift += 8) {
    std::array<std::uint32_t, 256> seen{};
    for (std::size_t i = 0; i < numbers.size(); i += stride) ++seen[numbers[i] >> shift & 0xffU];
    const double looked = static_cast<double>((numbers.size() - 1) / stride + 1);
    for (const std::uint32_t count : seen) {
      if (count > 0) bits += count * std::log2(looked / count);
    }
  }
  return bits;
}

}  // namespace

void write_series(BodyWriter& writer, std::span<const std::int64_t> series) {
  if (series.empty()) return;
  thread_local std::vector<std::uint64_t> best;
  thread_local std::vector<std::uint64_t> left;
  thread_local std::vector<std::int64_t> scaled;
  const std::uint64_t unit = common_unit(series, scaled);
  const std::uint64_t step = mean_step(scaled);
  double fewest = std::numeric_limits<double>::infinity();
  auto chosen = Prediction::line;
  for (const auto each : {Prediction::line, Prediction::delta, Prediction::delta_of_delta}) {
    residuals(scaled, each, step, left);
    if (const double needed = planes_bits(left); needed < fewest) {
      fewest = needed;
      chosen = each;
      std::swap(best, left);
    }
  }
  writer.varint(static_cast<std::uint64_t>(chosen));
  writer.varint(zigzag(as_unsigned(series[0])));
  writer.varint(unit);
  writer.varint(zigzag(step));
  writer.planes(best);
}

template <class Number>
void read_series(BodyReader& reader, std::span<Number> series) {
  if (series.empty()) return;
  const std::uint64_t prediction = reader.varint();
  const std::uint64_t first = unzigzag(reader.varint());
  const std::uint64_t unit = reader.varint();
  const std::uint64_t step = unzigzag(reader.varint());
  thread_local std::vector<std::uint64_t> left;
  left.resize(series.size() - 1);
  reader.planes(left);
  const auto put = [&](std::size_t i, std::uint64_t scaled) {
    series[i] = number_of<Number>(first + scaled * unit);
  };
  const unsigned fraction = reader.format() == kWholeSteps ? 0 : kStepFraction;
  std::uint64_t delta = whole(step, fraction);
  std::uint64_t now = 0;
  put(0, now);
  if (prediction == std::uint64_t(Prediction::line)) {
    for (std::size_t i = 1; i < series.size(); ++i) {
      put(i, whole(i * step, fraction) + unzigzag(left[i - 1]));
    }
  } else if (prediction == std::uint64_t(Prediction::delta)) {
    for (std::size_t i = 1; i < series.size(); ++i) put(i, now += delta + unzigzag(left[i - 1]));
  } else {
    for (std::size_t i = 1; i < series.size(); ++i) {
      put(i, now += delta += unzigzag(left[i - 1]));
    }
  }
}
template void read_series(BodyReader&, std::span<std::int64_t>);
template void read_series(BodyReader&, std::span<Timestamp>);

}  // namespace erg::store
