// SPDX-License-Identifier: Apache-2.0
#include "erg/counter.h"

#include <limits>
#include <utility>

namespace erg {

bool ExactCounter::possible(std::uint64_t counts, Seconds since) const {
  if (rule_.bound.value() <= 0) return true;
  return static_cast<double>(counts) * rule_.count <= rule_.bound * (since + rule_.refresh);
}

CounterStep ExactCounter::miss() {
  ++seen_[static_cast<std::size_t>(CounterEvent::failed)];
  return {};
}

CounterStep ExactCounter::read(Timestamp time, std::uint64_t raw) {
  CounterStep step = judge(time, raw);
  ++seen_[static_cast<std::size_t>(step.event)];
  if (step.event == CounterEvent::refused) return step;
  step.sample = Sample{time, total_};
  if (raw_ != raw) changed_at_ = time;
  raw_ = raw;
  read_at_ = time;
  return step;
}

CounterStep ExactCounter::judge(Timestamp time, std::uint64_t raw) {
  const auto gap = [&](CounterEvent event, Timestamp since, GapReason reason) {
    return CounterStep{event, {}, Gap{{since, time}, reason}};
  };
  if (rule_.modulus != 0 && raw >= rule_.modulus) return {CounterEvent::refused, {}, {}};
  if (!raw_) return {CounterEvent::first, {}, {}};
  if (time <= read_at_) return {CounterEvent::refused, {}, {}};

  const Seconds unread = time - read_at_;
  const Seconds unchanged = time - changed_at_;
  const bool went_down = raw < *raw_;
  if (went_down && rule_.modulus == 0) return gap(CounterEvent::reset, read_at_, GapReason::reset);
  const std::uint64_t counts = went_down ? rule_.modulus - *raw_ + raw : raw - *raw_;
  if (!possible(counts, unchanged)) return gap(CounterEvent::reset, read_at_, GapReason::reset);
  if (rule_.modulus != 0 && rule_.bound.value() > 0 && possible(counts + rule_.modulus, unread)) {
    return gap(CounterEvent::late, read_at_, GapReason::overrun);
  }
  total_ += static_cast<std::int64_t>(counts);
  if (counts > 0) return {went_down ? CounterEvent::wrapped : CounterEvent::advanced, {}, {}};
  if (rule_.still_limit.count() > 0 && unchanged > rule_.still_limit) {
    const bool already = unchanged - unread > rule_.still_limit;
    return gap(CounterEvent::stuck, already ? read_at_ : changed_at_, GapReason::unreadable);
  }
  return {CounterEvent::repeated, {}, {}};
}

}  // namespace erg
