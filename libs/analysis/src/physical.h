// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "erg/regressor.h"

namespace erg {

std::unique_ptr<Regressor> fit_physical(const Observations& table,
                                        std::span<const std::size_t> rows, Target target);
std::unique_ptr<Regressor> physical_from(const Json& json, const std::string& name);

}  // namespace erg
