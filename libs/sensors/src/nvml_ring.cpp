// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "nvml_sources.h"
#include "nvml_status.h"

namespace erg::nvml {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// Before a run, only what is needed to know the power at its beginning.
constexpr Nanoseconds kBeforeFirstRead = milliseconds{100};
// Stamps jitter by a refresh or two (9 to 46 ms on an H100); a longer silence is a hole.
constexpr Nanoseconds kHole = milliseconds{500};
// A wall clock that is disciplined drifts by half a millisecond a second; more is a step.
constexpr Nanoseconds kStep = milliseconds{20};
constexpr Nanoseconds kStale = std::chrono::seconds{5};
constexpr long long kAbsurdMw = 10'000'000;  // no card draws ten kilowatts
constexpr unsigned kMostSamples = 1 << 16;

Nanoseconds median_spacing(std::span<const RingSample> samples) {
  std::vector<unsigned long long> steps_us;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    if (samples[i].time_us > samples[i - 1].time_us) {
      steps_us.push_back(samples[i].time_us - samples[i - 1].time_us);
    }
  }
  if (steps_us.empty()) return milliseconds{20};
  const auto middle = steps_us.begin() + static_cast<std::ptrdiff_t>(steps_us.size() / 2);
  std::ranges::nth_element(steps_us, middle);
  return microseconds{*middle};
}

}  // namespace

RingSensor::RingSensor(Card card) : card_{std::move(card)} {
  int type = 0;
  const auto check = [](Return result) {
    if (result != kSuccess) throw unavailable("nvmlDeviceGetSamples", result);
  };
  check(card_.library->samples(card_.device, kTotalPowerSamples, 0, &type, &capacity_, nullptr));
  if (capacity_ == 0 || capacity_ > kMostSamples)
    throw SensorUnavailable{"the ring holds no sample"};
  buffer_.resize(std::max(capacity_, 128U));

  unsigned count = 0;
  Return result = fetch(count);
  if (result == kNotFound || result == kNoData) {  // the driver may only now begin to fill it
    std::this_thread::sleep_for(milliseconds{45});
    result = fetch(count);
  }
  check(result);
  const std::span<const RingSample> samples{buffer_.data(), count};
  const auto newest = std::ranges::max_element(samples, {}, &RingSample::time_us);
  const auto mw = newest == samples.end() ? std::nullopt : whole_number(value_type_, newest->value);
  if (!mw || *mw <= 0 || *mw > kAbsurdMw) throw SensorUnavailable{"the ring shows no power"};
  const Nanoseconds age = utc_nanoseconds() - microseconds{newest->time_us};
  if (age > kStale || age < -kStale) throw SensorUnavailable{"the ring stands still"};
  last_us_ = 0;

  const Seconds refresh = median_spacing(samples);
  channel_ = {"power_ring",
              card_.uuid,
              ChannelKind::windowed_power,
              Unit::watt,
              1e-3,
              refresh,
              refresh,
              refresh / 2,
              0.025,
              0,
              Provenance::measured,
              "NVML sample ring"};
}

Return RingSensor::fetch(unsigned& count) noexcept {
  count = static_cast<unsigned>(buffer_.size());
  const Return result = card_.library->samples(card_.device, kTotalPowerSamples, last_us_,
                                               &value_type_, &count, buffer_.data());
  count = result == kSuccess ? std::min(count, static_cast<unsigned>(buffer_.size())) : 0;
  std::ranges::sort(std::span{buffer_}.first(count), {}, &RingSample::time_us);
  return result;
}

bool RingSensor::wall_clock_stepped(const ClockPair& pair) noexcept {
  const auto before = std::exchange(last_pair_, pair);
  if (!before) return false;
  const Nanoseconds apart = (pair.other - before->other) - (pair.host - before->host);
  return apart > kStep + pair.error + before->error || apart < -kStep - pair.error - before->error;
}

void RingSensor::read(const HostClock& clock, std::span<Slot> slots) noexcept {
  Slot& slot = slots.front();
  const ClockPair pair = clock.pair_with(utc_nanoseconds);
  if (wall_clock_stepped(pair)) {
    // Stamps from before and after the step cannot be told apart: begin again after it.
    wall_clock_ = {};
    last_us_ = static_cast<unsigned long long>(
        std::chrono::duration_cast<microseconds>(pair.other).count());
    if (last_sample_) slot.gap = Gap{{*last_sample_, pair.host}, GapReason::unreadable};
    last_sample_ = pair.host;
    slot.absence = Absence::failed;
    wall_clock_.add(pair);
    return;
  }
  wall_clock_.add(pair);
  unsigned count = 0;
  const Return result = fetch(count);
  if (result != kSuccess && result != kNotFound && result != kNoData) {
    slot.absence = status(result).absence;
    slot.gap = loss_.failed(clock.now(), slot.absence);
    return;
  }
  take(count, clock.now(), slot);
  if (slot.samples.empty() && slot.absence == Absence::none) slot.absence = Absence::nothing_new;
}

void RingSensor::take(unsigned count, Timestamp now, Slot& slot) noexcept {
  // A ring of 120 may give 119: what it holds and nothing of it was seen before.
  const bool full = last_us_ != 0 && count + 4 >= capacity_;
  for (const RingSample& sample : std::span{buffer_}.first(count)) {
    if (sample.time_us <= last_us_) continue;
    const auto mw = whole_number(value_type_, sample.value);
    const auto time = wall_clock_.to_host(microseconds{sample.time_us});
    if (!mw || *mw < 0 || *mw > kAbsurdMw || !time || *time > now + kHole) {
      slot.absence = Absence::malformed;
      continue;
    }
    last_us_ = sample.time_us;
    const bool newest = &sample == &buffer_[count - 1];
    if (!last_sample_ && *time < now - kBeforeFirstRead && !newest) continue;
    if (last_sample_ && *time <= *last_sample_) continue;
    if (last_sample_ && *time - *last_sample_ > kHole && !slot.gap) {
      slot.gap = Gap{{*last_sample_, *time}, full ? GapReason::overrun : GapReason::unreadable};
    }
    slot.samples.push_back({*time, *mw});
    last_sample_ = *time;
    loss_.alive(*time);
  }
}

}  // namespace erg::nvml
