// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "erg/run.h"

namespace erg {

// One HTML file about one run or several side by side: what they took and how that is known, power
// over time, energy by phase, accuracy by epoch, the environment, the notes.
//
// From values alone, so the same runs give the same bytes. The file needs nothing else: no network,
// no script. Breakdowns are those stored with the runs. All text from outside is escaped.
std::string html_report(std::span<const Run> runs);

}  // namespace erg
