// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "erg/open_store.h"
#include "run_store.h"
#include "subcommands.h"

namespace erg {

std::string store_url_of(const Commands& commands) {
  return commands.store_url().empty() ? default_store_url() : commands.store_url();
}

std::unique_ptr<Store> store_of(const Commands& commands) {
  const char* named = std::getenv("ERG_STORE");
  const bool usual = commands.store_url().empty() && !(named && *named);
  return usual ? store_to_write(commands) : open_existing_store(store_url_of(commands));
}

std::unique_ptr<Store> store_to_write(const Commands& commands) {
  return open_store(store_url_of(commands));
}

}  // namespace erg
