// SPDX-License-Identifier: Apache-2.0
#include "limit_healing.h"

#include "erg/source_missing.h"
#include "limit_driver.h"

namespace erg {
namespace {

std::optional<HealedLimit> heal_file(const PowerLimiterOptions& options,
                                     const std::filesystem::path& file) {
  const auto entry = read_journal(file);
  if (!entry) {
    std::error_code error;
    std::filesystem::rename(file, file.string() + ".unreadable", error);
    return HealedLimit{printable(file.stem().string()),
                       {},
                       "its journal cannot be read, kept as " + file.string() +
                           ".unreadable; check the card's limit: nvidia-smi -q -d POWER"};
  }
  try {
    const auto lock = lock_device(options, entry->device);
    if (!lock || !std::filesystem::exists(file))
      return std::nullopt;  // its holder, or guard, lives
    return heal(options, *entry);
  } catch (const LimitRefused& error) {
    return HealedLimit{entry->device, {}, error.what()};
  }
}

void give_back(const PowerLimiterOptions& options, const LimitEntry& entry) {
  const nvml::Library library{options.library};
  const auto card = find_card(library, entry.device);
  if (entry.kind == LimitKind::clock) {
    unlock_clock(library, card);
  } else {
    set_and_verify(library, card, entry.found_mw);
  }
}

}  // namespace

HealedLimit heal(const PowerLimiterOptions& options, const LimitEntry& entry) {
  HealedLimit healed{entry.device, {}, "given back", entry.kind == LimitKind::clock, true};
  try {
    give_back(options, entry);
    remove_journal(options, entry.device, entry.kind);
    if (!healed.clock) healed.limit = milliwatts(static_cast<double>(entry.found_mw));
    return healed;
  } catch (const LimitRefused& error) {
    healed.words = error.what() + std::string{error.remedy().empty() ? "" : "; "} + error.remedy();
  } catch (const SourceMissing& error) {
    healed.words = error.what();
  }
  healed.given_back = false;
  return healed;
}

std::optional<LimitEntry> read_journal(const std::filesystem::path& file) {
  const auto text = read_file(file, 4096);
  return text ? LimitEntry::parse(*text) : std::nullopt;
}

std::vector<HealedLimit> heal_limits(const PowerLimiterOptions& chosen) {
  const PowerLimiterOptions options = resolved(chosen);
  std::vector<HealedLimit> healed;
  for (const auto& file : journal_files(options)) {
    if (auto one = heal_file(options, file)) healed.push_back(*std::move(one));
  }
  return healed;
}

}  // namespace erg
