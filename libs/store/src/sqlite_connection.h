// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "sql.h"

namespace erg::store {

// One file in WAL mode: many readers beside one writer. Made where it is not there.
// One that cannot be written can be read.
std::unique_ptr<Connection> connect_sqlite(const std::string& path);

}  // namespace erg::store
