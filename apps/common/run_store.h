// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "erg/store.h"

namespace erg {

// A store's URL that holds in any folder; empty: ERG_STORE, else the file in the user's data
// folder.
std::string absolute_store_url(std::string url);

// Opens a store that is there: a mistyped name, or a ticket for one that is gone, makes none.
// Throws StoreError.
std::unique_ptr<Store> open_existing_store(const std::string& url);

// Throws StoreError where the run has ended: what was begun under it and outlives it (a terminal
// multiplexer, say) is no part of it.
void must_be_running(const Store& store, RunId run);

}  // namespace erg
