// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "erg/power_limiter.h"
#include "text_file.h"

namespace erg {

// The options with every blank filled in.
PowerLimiterOptions resolved(const PowerLimiterOptions& options);

// What a journal is about. A clock is found unlocked: the driver does not tell otherwise.
enum class LimitKind { power, clock };

// What a limiter found, on disk before it touches the limit. One small text file a card and kind.
struct LimitEntry {
  std::string device;
  std::uint32_t found_mw = 0;  // power
  std::uint64_t holder = 0;    // tells one limiter's journal from the next one's
  LimitKind kind = LimitKind::power;

  std::string text() const;
  static std::optional<LimitEntry> parse(std::string_view text);
  friend bool operator==(const LimitEntry&, const LimitEntry&) = default;
};

std::filesystem::path journal_file(const PowerLimiterOptions& options, const std::string& device,
                                   LimitKind kind = LimitKind::power);

// On disk, folder and all, when this returns. Throws LimitRefused when it cannot be.
void write_journal(const PowerLimiterOptions& options, const LimitEntry& entry);
void remove_journal(const PowerLimiterOptions& options, const std::string& device,
                    LimitKind kind) noexcept;
std::vector<std::filesystem::path> journal_files(const PowerLimiterOptions& options);

// The lock of a card's only holder; released by unlock(), or when every copy of it is closed.
// Empty when someone else has it. Throws LimitRefused when there can be no lock.
std::optional<UniqueFd> lock_device(const PowerLimiterOptions& options, const std::string& device);
void unlock_device(const UniqueFd& lock) noexcept;

}  // namespace erg
