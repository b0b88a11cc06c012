// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "erg/breakdown.h"
#include "erg/run.h"

namespace erg::html {

// Tables and lists of a report, as markup.
std::string chip(Provenance provenance);
std::string breakdown_table(const Breakdown& breakdown);
std::string comparison_table(std::span<const Run> runs);
std::string dynamic_table(const Run& run);  // beside the totals; empty without energy by device
std::string epochs_table(const Run& run);
std::string channels_table(const Run& run);
std::string environment_list(const Run& run);
std::string notes_list(const Run& run);  // empty where there are none

}  // namespace erg::html
