// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "erg/cap_curve.h"

namespace erg {

// Curves of one kind as an SVG: energy and time against the highest cap, mean power, and images per
// joule (joules where images are not known), each with standard uncertainties.
std::string cap_plot_svg(std::span<const CapCurve> curves);

}  // namespace erg
