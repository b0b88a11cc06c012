// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "erg/uuid.h"

namespace erg {

// What a look at every row of a store found.
struct StoreCheck {
  std::uint64_t runs = 0;
  std::uint64_t samples = 0;
  std::uint64_t spans = 0;
  std::vector<std::string> problems;  // one line each; empty: the store is sound
};

// The database's own check, then every chunk is read. Throws StoreError where it cannot be opened.
StoreCheck check_store(std::string_view url);

// Runs that have no breakdown, those that go on still among them. Throws StoreError where the store
// cannot be opened.
std::vector<RunId> runs_without_breakdowns(std::string_view url);

// Bytes on disk.
struct StoreVacuum {
  std::uint64_t before = 0;
  std::uint64_t after = 0;
};

// Gives the space of removed runs back. Throws StoreError while another program writes.
StoreVacuum vacuum_store(std::string_view url);

// Versions of the schema.
struct StoreMigration {
  int before = 0;
  int after = 0;
};

// Brings the schema up to date, all of it or nothing. Opening a store does the same by itself.
StoreMigration migrate_store(std::string_view url);

}  // namespace erg
