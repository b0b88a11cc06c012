// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "commands.h"

namespace erg {

// `command`: the whole command line, kept with the run. It lives as long as the program.
void add_evaluate(Commands& commands, const std::vector<std::string>& command);

}  // namespace erg
