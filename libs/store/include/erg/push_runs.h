// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "erg/uuid.h"

namespace erg {

// What became of the runs of a local store on their way to another one.
struct PushReport {
  std::vector<RunId> delivered;
  std::vector<RunId> there_already;
  std::vector<RunId> still_running;      // left where they are
  std::vector<RunId> without_beginning;  // their beginning is in a third store: left
};

// What happens to the local copy of a run that arrived.
enum class AfterPush : std::uint8_t { keep, remove };

// Delivers runs, and the rest of runs whose server went away while they happened, exactly once:
// each in one transaction, and doing it again changes nothing. `only` empty: all of them. Throws
// StoreError when a store fails; what was delivered until then stays delivered.
PushReport push_runs(std::string_view from_url, std::string_view to_url,
                     std::span<const RunId> only = {}, AfterPush after = AfterPush::keep);

}  // namespace erg
