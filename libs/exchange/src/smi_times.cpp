// SPDX-License-Identifier: Apache-2.0
#include "smi_times.h"

#include <algorithm>

namespace erg::exchange {
namespace {

constexpr std::size_t kAhead = 16;
constexpr std::size_t kSpacings = 4096;
constexpr std::size_t kSeries = 8;  // rows that together are sure of the time
constexpr Nanoseconds kFar = std::chrono::minutes{1};
constexpr Nanoseconds kShortestHole = std::chrono::seconds{1};

}  // namespace

void StampSieve::add(std::uint64_t row, UtcTime time) {
  ahead_.push_back({row, time});
  if (ahead_.size() > kAhead) judge();
}

void StampSieve::finish() {
  while (!ahead_.empty()) judge();
}

Nanoseconds StampSieve::hole() const {
  if (spacings_.empty()) return kShortestHole;
  auto spacings = spacings_;
  const auto middle = spacings.begin() + static_cast<std::ptrdiff_t>(spacings.size() / 2);
  std::ranges::nth_element(spacings, middle);
  return std::max(kShortestHole, 10 * *middle);
}

void StampSieve::judge() {
  const Stamp stamp = ahead_.front();
  ahead_.pop_front();
  if (last_ && stamp.time <= *last_) return;  // not later than the one before it
  if (is_absurd(stamp)) {
    absurd_.push_back(stamp.row);
    return;
  }
  if (last_ && spacings_.size() < kSpacings) spacings_.push_back(stamp.time - *last_);
  if (!first_) first_ = stamp.time;
  last_ = stamp.time;
  ++good_;
}

bool StampSieve::is_absurd(const Stamp& stamp) const {
  const auto before = std::ranges::count_if(ahead_, [&](const Stamp& next) {
    return next.time < stamp.time && (!last_ || next.time > *last_);
  });
  const auto after =
      std::ranges::count_if(ahead_, [&](const Stamp& next) { return next.time >= stamp.time; });
  // At the end of a short log one row against one decides nothing.
  if (before > after && (before > 1 || good_ >= kSeries)) return true;
  if (!last_ && ahead_.size() >= kSeries) {
    const auto [least, most] = std::ranges::minmax(ahead_, {}, &Stamp::time);
    return least.time - stamp.time > std::max(kFar, most.time - least.time);
  }
  if (last_ && ahead_.empty() && good_ >= kSeries) {
    return stamp.time - *last_ > std::max(kFar, *last_ - *first_);
  }
  return false;
}

}  // namespace erg::exchange
