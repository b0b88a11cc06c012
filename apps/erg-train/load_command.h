// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands.h"

namespace erg {

// The load of `erg sensors check`, told what to do through standard input: not for people.
void add_load(Commands& commands);

}  // namespace erg
