// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "erg/complexity.h"
#include "erg/network.h"

namespace erg {

Structure structure_of(const Network& network);

}  // namespace erg
