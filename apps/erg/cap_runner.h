// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "erg/power_limiter.h"
#include "erg/store.h"

namespace erg {

inline constexpr const char* kCapDeviceTag = "power_cap_device";

// The card that is meant: the one named, else the only one that this process may use. Throws
// UsageError where there are several, SourceMissing or LimitRefused where there is none.
PowerLimits card_to_cap(const std::string& device);

// Throws UsageError naming the range.
void must_be_in_range(const PowerLimits& card, Watts cap);

// Sets the cap and holds it. Throws std::runtime_error with the way out.
std::unique_ptr<PowerLimiter> hold_cap(const PowerLimits& card, Watts cap);

// What LimitRefused says, with the way out.
std::string words_of(const LimitRefused& refused);

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
};
CapConditions conditions_of(const Run& run, const std::string& device, Watts cap);

}  // namespace erg
