// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "erg/breakdown.h"
#include "erg/run.h"
#include "erg/text_table.h"

namespace erg {

// Energy over time; empty where either is missing.
std::optional<Watts> mean_power(const BreakdownRow& row);
// Of the total, each device over the time for which its energy is known. Empty where that is not
// all of the time and the rows do not tell: those by device do.
std::optional<Watts> total_power(const Breakdown& breakdown);
// Of the whole run, by its stored breakdowns.
std::optional<Watts> total_power(const Run& run);

// What a row is called where people read it: "conv1 backward"; of layers that were measured
// together the first and the last, "conv2 + ... + conv7".
std::string row_title(const BreakdownRow& row);

// "measured, NVML energy counter": how a row's energy came to be, or why there is none.
std::string how_obtained(const BreakdownRow& row);

// A breakdown as a table: name, count, time, share, energy with one standard uncertainty, power,
// and how each was obtained; then what is unattributed, the total, and the notes.
std::string breakdown_text(const Breakdown& breakdown, TextStyle style = TextStyle::plain);

// The stored breakdown of one grouping over all devices, of the whole run where there is one. Null
// where there is none.
const Breakdown* find_breakdown(const Run& run, Grouping by);

// Whether any of its channels of energy or power has a reading.
bool measured_power(const Run& run);
// That of one step, from blocks of step designs. Null where there is none.
const Breakdown* find_profile(const Run& run, Grouping by);

}  // namespace erg
