// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "erg/time.h"
#include "erg/uuid.h"

namespace erg {

// Do not change the values: they are stored.
enum class CellState : std::uint8_t { open = 0, leased = 1, done = 2, failed = 3 };

std::string_view to_string(CellState state);

// One training of a study, which the processes that work on the study share through a store.
//
// A lease is a promise to be done or to renew it before it ends; after that the cell is anybody's.
struct StudyCell {
  std::string study;
  std::string name;           // unique in its study
  std::int64_t position = 0;  // cells are leased in this order
  std::string settings;       // JSON that the store does not read

  CellState state = CellState::open;
  std::string owner;          // who leased it last
  UtcTime lease_end;          // by the store's clock
  std::int64_t attempts = 0;  // how often it was leased
  std::optional<RunId> run;   // the run that it became
  std::string result;         // JSON or a sentence: what came out, why it failed

  friend bool operator==(const StudyCell&, const StudyCell&) = default;
};

}  // namespace erg
