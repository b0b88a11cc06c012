// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "erg/breakdown.h"
#include "erg/complexity.h"
#include "erg/run.h"
#include "erg/store.h"

namespace erg {

struct CardLimits;
struct ChannelProfile;
struct MissingSource;
struct StoreCheck;

// The forms of `--json`, documented in docs/formats.md: one JSON value each, indented, ending with
// a line end. Keys are stable and name their SI unit; what is unknown is null; text that is no
// UTF-8 has its wrong bytes replaced.

std::string breakdown_json(RunId run, const Breakdown& breakdown);
// With the energy above idle of each of the run's devices.
std::string breakdown_json(const Run& run, const Breakdown& breakdown);
std::string run_list_json(std::span<const RunSummary> runs);
// Header, status, environment, parts without their samples and spans, epochs, breakdowns.
std::string run_json(const Run& run);
// What can be measured here: the form of `erg sensors --json`.
std::string sensors_json(std::span<const Device> devices, std::span<const Channel> channels,
                         std::span<const std::string> notes,
                         std::span<const MissingSource> missing);
std::string store_check_json(std::string_view url, const StoreCheck& check);
std::string profiles_json(std::span<const ChannelProfile> profiles,
                          std::span<const std::string> warnings);

std::string power_limits_json(std::span<const CardLimits> cards);

// What a device draws just now.
struct DevicePower {
  std::string device;  // Device::id
  std::optional<Watts> power;
  Provenance provenance = Provenance::measured;
};
// On one line, for a stream of them.
std::string live_power_json(Seconds elapsed, std::span<const DevicePower> devices);

std::string network_list_json(std::span<const Complexity> networks);
// `warnings`: what its reader was not sure of.
std::string complexity_json(const Complexity& complexity, bool by_layer,
                            std::span<const std::string> warnings = {});

}  // namespace erg
