// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "erg/store.h"

namespace erg {

// Opens the store that `url` names, makes it where it is not there yet, and brings an older schema
// up to date.
//
// "sqlite:PATH" or a bare PATH: one file, its folder must exist. "postgresql://...": a server,
// whose password comes from PGPASSWORD, PGPASSFILE or a service file rather than from the URL.
// What cannot be written can be read. Throws StoreError where nothing is there and nothing can be
// made, the file is no database, its schema is newer than this program (or older, and it cannot be
// written), or the server does not answer.
std::unique_ptr<Store> open_store(std::string_view url);

// ERG_STORE where it is set, else "sqlite:" and erg/erg.db in the user's data folder (XDG_DATA_HOME
// or ~/.local/share), which is made where it is missing. Throws StoreError where it cannot be.
std::string default_store_url();

// Where a run goes on when its server went away: undelivered.db in the user's data folder.
std::string undelivered_store_url();

// A URL without its password, fit for a log, a file or a person.
std::string without_password(std::string_view url);

}  // namespace erg
