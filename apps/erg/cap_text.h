// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "erg/cap_curve.h"
#include "erg/json_writer.h"

namespace erg {

// The members of a point, into an object that is open: cap_w, energy_j, energy_u_j, time_s,
// time_u_s, power_w, runs.
void write_point(JsonWriter& json, const CapPoint& point);

// "2374 ± 12 J", in joules always, so that a column compares.
std::string joules_text(const EnergyEstimate& energy);
std::string seconds_text(const TimeEstimate& time);
std::string watts_text(Watts cap);
// "-29.7 %".
std::string change_text(double change);

// Energy and time of a curve against its highest cap, with standard uncertainties, as SVG.
std::string cap_plot_svg(const CapCurve& curve);

}  // namespace erg
