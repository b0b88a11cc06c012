// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "sql.h"

namespace erg::store {

// Version 1 first.
std::span<const std::string_view> migration_texts(Dialect dialect);

}  // namespace erg::store
