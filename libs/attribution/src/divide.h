// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "lanes.h"
#include "rows.h"

namespace erg::attribution {

// Integrates the readings of one device over its lanes; without readings, counts time alone.
//
// Of L lanes at work at once each takes 1/L: ranks that share a device share its energy.
Division divide(const Host& host, const MeasuredDevice* device,
                const std::vector<const Lane*>& lanes, std::vector<std::string>& notes);

}  // namespace erg::attribution
