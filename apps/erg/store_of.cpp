// SPDX-License-Identifier: Apache-2.0
#include "erg/open_store.h"
#include "run_store.h"
#include "subcommands.h"

namespace erg {

std::string store_url_of(const Commands& commands) {
  return commands.store_url().empty() ? default_store_url() : commands.store_url();
}

std::unique_ptr<Store> store_of(const Commands& commands) {
  return commands.store_url().empty() ? store_to_write(commands)
                                      : open_existing_store(commands.store_url());
}

std::unique_ptr<Store> store_to_write(const Commands& commands) {
  return open_store(store_url_of(commands));
}

}  // namespace erg
