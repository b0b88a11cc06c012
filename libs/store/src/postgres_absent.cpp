// SPDX-License-Identifier: Apache-2.0
#include "connect.h"
#include "erg/open_store.h"

namespace erg::store {

std::unique_ptr<Connection> connect_postgres(const std::string& url) {
  throw StoreError{"cannot open " + without_password(url) +
                   ": this erg was built without PostgreSQL (Debian's package libpq-dev)"};
}

}  // namespace erg::store
