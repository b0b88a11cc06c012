// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "erg/cap_curve.h"
#include "erg/power_limiter.h"
#include "erg/store.h"

namespace erg {

inline constexpr const char* kCapDeviceTag = "power_cap_device";

// A card, and the range of what can hold it back: its power limit, or its SM clock (megahertz in
// place of watts, as in a CapCurve).
struct CapCard {
  CapKind kind = CapKind::power;
  std::string device;  // UUID
  std::string name;
  Watts min;
  Watts max;
};

// The card that is meant: the one named, else the only one that this process may use. Empty where
// it cannot be held back in this way. Throws UsageError where there are several, SourceMissing
// where there is no NVML.
std::optional<CapCard> find_card_to_cap(const std::string& device, CapKind kind);
// The same, and throws with the way out where there is none.
CapCard card_to_cap(const std::string& device, CapKind kind);

// Throws UsageError naming the range.
void must_be_in_range(const CapCard& card, Watts cap);

// Throws LimitRefused.
void set_cap(PowerLimiter& limiter, CapKind kind, Watts cap);
// Sets the cap and holds it. Throws std::runtime_error with the way out.
std::unique_ptr<PowerLimiter> hold_cap(const CapCard& card, Watts cap);

// What LimitRefused says, with the way out.
std::string words_of(const LimitRefused& refused);

// The tag of runs under caps of this kind, and its value for this cap.
const char* tag_of(CapKind kind);
std::string cap_word(Watts cap);

// Runs `command` as `erg run` does, in a process of its own, seeing that card alone: a stored run
// with the tags. Its exit status; 128 + n where signal n ended it.
int run_measured(const std::string& store_url, const std::string& name, const std::string& device,
                 const std::map<std::string, std::string>& tags,
                 const std::vector<std::string>& command);

// True for the status of a command that the user ended: SIGINT, SIGTERM, SIGHUP.
bool ended_by_user(int exit_status);

// The newest run that has these tags.
std::optional<RunSummary> find_tagged(const Store& store,
                                      const std::map<std::string, std::string>& tags);

// How the card was while a run lasted.
struct CapConditions {
  std::optional<Joules> energy;  // of that card
  std::optional<Seconds> time;
  std::optional<double> sm_clock_hz;     // mean
  std::optional<double> temperature_c;   // mean
  std::optional<double> power_throttle;  // share of the readings held back by a power limit
  std::optional<double> heat_throttle;   // by heat
  std::optional<bool> binds;             // the cap was met at all
  std::optional<bool> exceeded;          // more power, or a higher clock, than the cap allows
};
CapConditions conditions_of(const Run& run, const std::string& device, CapKind kind, Watts cap);

}  // namespace erg
