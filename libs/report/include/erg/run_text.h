// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "erg/run.h"
#include "erg/store.h"
#include "erg/text_table.h"

namespace erg {

// What a person wants to know about a run at its end: the total, then the devices and the phases
// that its stored breakdowns hold.
std::string run_text(const Run& run, TextStyle style = TextStyle::plain);

// One line a run.
std::string run_list_text(std::span<const RunSummary> runs, TextStyle style = TextStyle::plain);

// What is known around a run: command, host, devices, workload, accuracy by epoch, how it was
// sampled, notes.
std::string run_details_text(const Run& run);

}  // namespace erg
