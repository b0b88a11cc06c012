// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "erg/time.h"

namespace erg::attribution {

std::string percent(double share);  // "+1.3 %"
std::string seconds(Seconds time);  // "2.5 s"

}  // namespace erg::attribution
