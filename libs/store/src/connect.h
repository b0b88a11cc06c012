// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sql.h"
#include "sqlite_connection.h"

namespace erg::store {

bool names_postgres(std::string_view url);

// How to open what a URL names. Throws StoreError for one that names nothing.
Connect connector(std::string_view url);

// Throws StoreError where this program was built without PostgreSQL.
std::unique_ptr<Connection> connect_postgres(const std::string& url);

}  // namespace erg::store
