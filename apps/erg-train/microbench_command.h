// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "commands.h"

namespace erg {

// What `erg predict calibrate` runs: microbenchmarks on this device, a physical model of it stored.
void add_microbench(Commands& commands, const std::vector<std::string>& command);

}  // namespace erg
