// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "erg/effects.h"

namespace erg {

// What one property does while all else is equal, group by group.
std::string effects_text(std::span<const Effect> effects, Property property,
                         const std::string& unit);
std::string effects_json(std::span<const Effect> effects, Property property,
                         const Observations& table);

}  // namespace erg
