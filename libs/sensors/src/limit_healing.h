// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "limit_journal.h"

namespace erg {

// Gives back what the entry says, and removes its journal. The caller holds the card's lock.
HealedLimit heal(const PowerLimiterOptions& options, const LimitEntry& entry);

std::optional<LimitEntry> read_journal(const std::filesystem::path& file);

}  // namespace erg
