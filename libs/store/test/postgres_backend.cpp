// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "backends.h"
#include "connect.h"
#include "erg/uuid.h"

namespace erg::testing {
namespace {

std::string server() {
  const char* url = std::getenv("ERG_TEST_POSTGRES");
  return url ? url : "";
}

}  // namespace

PostgresBackend::PostgresBackend() {
  if (missing()) return;
  schema_ = "erg_test_" + Uuid::random().text().substr(0, 8);
  store::connect_postgres(server())->script("CREATE SCHEMA " + schema_);
}

PostgresBackend::~PostgresBackend() {
  if (missing()) return;
  try {
    store::connect_postgres(server())->script("DROP SCHEMA " + schema_ + " CASCADE");
  } catch (const StoreError&) {  // a test took the server down
  }
}

std::optional<std::string> PostgresBackend::missing() const {
  if (!server().empty()) return std::nullopt;
  return "no server: ERG_TEST_POSTGRES is not set (scripts/with-postgres sets it)";
}

std::string PostgresBackend::url() const {
  const char joint = server().find('?') == std::string::npos ? '?' : '&';
  return server() + joint + "options=-csearch_path%3D" + schema_;
}

}  // namespace erg::testing
