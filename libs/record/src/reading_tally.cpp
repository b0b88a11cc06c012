// SPDX-License-Identifier: Apache-2.0
#include "erg/reading_tally.h"

#include <algorithm>
#include <cstdio>

namespace erg {
namespace {

// What stands still for as many renewals cannot be read, or counts nothing.
constexpr double kRenewals = 10;
constexpr Seconds kShortest{0.2};

std::string seconds_text(Seconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f s", time.count());
  return text;
}

std::string plural(std::uint64_t count, std::string_view one) {
  return std::to_string(count) + " " + std::string{one} + (count == 1 ? "" : "s");
}

}  // namespace

void ReadingTally::add(const Slot& slot) {
  ++reads_;
  ++absences_[static_cast<std::size_t>(slot.absence)];
  if (slot.gap) {
    Gaps& gaps = gaps_[static_cast<std::size_t>(slot.gap->reason)];
    ++gaps.count;
    gaps.time += slot.gap->interval.length();
  }
  if (slot.samples.empty()) return;
  if (samples_ == 0) first_ = slot.samples.front();
  last_ = slot.samples.back();
  samples_ += slot.samples.size();
}

std::vector<std::string> ReadingTally::notes(const Channel& channel) const {
  const std::string name = channel.device + " " + channel.name + ": ";
  const bool has_energy = channel.kind != ChannelKind::gauge;
  std::vector<std::string> notes;
  for (const auto absence : {Absence::failed, Absence::malformed, Absence::not_supported,
                             Absence::no_permission, Absence::device_lost}) {
    const std::uint64_t count = absences_[static_cast<std::size_t>(absence)];
    // That a card is lost is said once, by what has energy.
    if (count == 0 || (absence == Absence::device_lost && !has_energy)) continue;
    std::string text = name + std::to_string(count) + " of " + plural(reads_, "read") + " " +
                       std::string{to_string(absence)};
    if (samples_ < 2 && has_energy) text += "; it told no energy, and no total has its joules";
    notes.push_back(std::move(text));
  }
  for (const auto reason :
       {GapReason::reset, GapReason::unreadable, GapReason::overrun, GapReason::device_lost}) {
    const Gaps& gaps = gaps_[static_cast<std::size_t>(reason)];
    if (gaps.count == 0) continue;
    notes.push_back(name + plural(gaps.count, "gap") + " (" + std::string{to_string(reason)} +
                    "), " + seconds_text(gaps.time) + ": what was drawn then is not known");
  }
  const bool any_gap = std::ranges::any_of(gaps_, [](const Gaps& gaps) { return gaps.count > 0; });
  const Seconds seen = last_.time - first_.time;
  if (channel.kind == ChannelKind::energy_counter && channel.provenance == Provenance::measured &&
      !any_gap && samples_ > 1 && last_.count == first_.count &&
      seen > std::max(kRenewals * channel.refresh, kShortest)) {
    notes.push_back(name + "stood still for all of " + seconds_text(seen) +
                    ": its 0 J is no measurement");
  }
  return notes;
}

}  // namespace erg
