// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erg/cap_curve.h"
#include "erg/json_writer.h"

namespace erg {

// A cap into an object that is open: cap_w, or clock_hz.
void write_cap(JsonWriter& json, CapKind kind, Watts cap);
// The members of a point likewise: its cap, energy_j, energy_u_j, time_s, time_u_s, power_w, runs.
void write_point(JsonWriter& json, CapKind kind, const CapPoint& point);

// The caps that were probed, as a member of an object that is open: probes_w, or probes_hz; nothing
// where there are none. And as a line of text.
void write_probes(JsonWriter& json, CapKind kind, std::span<const Watts> probes);
std::string probes_text(CapKind kind, std::span<const Watts> probes);

// "2374 ± 12 J", in joules always, so that a column compares.
std::string joules_text(const EnergyEstimate& energy);
std::string seconds_text(const TimeEstimate& time);
// "250 W", "1410 MHz".
std::string cap_text(CapKind kind, Watts cap);
// What a column of caps is called.
const char* cap_heading(CapKind kind);
// "-29.7 %".
std::string change_text(double change);

}  // namespace erg
