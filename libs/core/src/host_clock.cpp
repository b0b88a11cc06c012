// SPDX-License-Identifier: Apache-2.0
#include "erg/host_clock.h"

#include <fstream>

namespace erg {
namespace {

// Enough to bracket any sample a sensor still has in its buffer.
constexpr std::size_t kPairsKept = 16;

std::string boot_id() {
  std::string id;
  std::getline(std::ifstream{"/proc/sys/kernel/random/boot_id"}, id);
  return id;
}

}  // namespace

HostClock::HostClock() : zero_{std::chrono::steady_clock::now().time_since_epoch()}, started_{} {
  const ClockPair pair = pair_with(utc_nanoseconds);
  started_ = UtcTime{pair.other - pair.host.time_since_epoch()};
}

HostClock::HostClock(Nanoseconds monotonic_zero, UtcTime started)
    : zero_{monotonic_zero}, started_{started} {}

std::string HostClock::identity() const { return boot_id() + "/" + std::to_string(zero_.count()); }

Nanoseconds utc_nanoseconds() noexcept {
  return std::chrono::system_clock::now().time_since_epoch();
}

void ClockMap::add(ClockPair pair) {
  if (!pairs_.empty() && (pair.host <= pairs_.back().host || pair.other <= pairs_.back().other)) {
    if (pair.host <= pairs_.back().host) return;
    pairs_.clear();  // the other clock stepped back: what it said before has no meaning now
  }
  pairs_.push_back(pair);
  if (pairs_.size() > kPairsKept) pairs_.pop_front();
}

std::optional<Timestamp> ClockMap::to_host(Nanoseconds other) const {
  if (pairs_.empty()) return std::nullopt;
  if (other <= pairs_.front().other) return pairs_.front().host + (other - pairs_.front().other);
  if (other >= pairs_.back().other) return pairs_.back().host + (other - pairs_.back().other);
  const auto after = std::ranges::upper_bound(pairs_, other, {}, &ClockPair::other);
  const auto before = after - 1;
  const double share = static_cast<double>((other - before->other).count()) /
                       static_cast<double>((after->other - before->other).count());
  const Seconds into = share * Seconds{after->host - before->host};
  return before->host + std::chrono::round<Nanoseconds>(into);
}

Nanoseconds ClockMap::error() const {
  return pairs_.empty() ? Nanoseconds::max() : pairs_.back().error;
}

}  // namespace erg
