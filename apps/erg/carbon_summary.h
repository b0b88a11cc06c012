// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands.h"

namespace erg {

// `erg carbon summary`: energy and CO2 of all runs by month, tag, ..., for a report.
void add_carbon_summary(Commands& commands, CLI::App& carbon);

}  // namespace erg
