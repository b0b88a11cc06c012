// SPDX-License-Identifier: Apache-2.0
#include "erg/power_limiter.h"

#include <cmath>
#include <random>

#include "erg/source_missing.h"
#include "limit_guard.h"
#include "limit_journal.h"
#include "nvml_library.h"
#include "nvml_status.h"

namespace erg {
namespace {

using nvml::Handle;
using nvml::Library;
using nvml::Return;

Watts watts(unsigned mw) { return milliwatts(static_cast<double>(mw)); }

void check(Return result, const std::string& call) {
  if (result == nvml::kSuccess) return;
  throw LimitRefused{nvml::words(call, result), std::string{nvml::status(result).remedy}};
}

PowerLimits read_limits(const Library& library, Handle card) {
  unsigned current = 0, min = 0, max = 0, standard = 0, draw = 0;
  check(library.power_limit_mw(card, &current), "nvmlDeviceGetPowerManagementLimit");
  check(library.power_limit_range_mw(card, &min, &max),
        "nvmlDeviceGetPowerManagementLimitConstraints");
  if (library.power_limit_default_mw(card, &standard) != nvml::kSuccess) standard = max;
  PowerLimits limits{library.uuid(card),
                     library.name(card),
                     watts(current),
                     watts(min),
                     watts(max),
                     watts(standard),
                     {}};
  if (library.power_usage_mw(card, &draw) == nvml::kSuccess) limits.draw = watts(draw);
  return limits;
}

// The card that has this UUID, the only one whose UUID begins so, or the one of this index.
Handle find_card(const Library& library, const std::string& word) {
  std::vector<Handle> handles;
  std::vector<std::string> notes;
  const auto listed = library.list(handles, notes);
  const auto index = parse_unsigned(word);
  std::optional<Handle> found;
  std::string there;
  for (std::size_t i = 0; i < listed.size(); ++i) {
    there += " " + listed[i].uuid;
    const bool same = index ? listed[i].nvml_index == *index : listed[i].uuid.starts_with(word);
    if (word.empty() || !same) continue;
    if (found) throw LimitRefused{"more than one card is '" + word + "':" + there, ""};
    found = handles[i];
  }
  if (!found) throw LimitRefused{"no card is '" + word + "'; there are:" + there, "nvidia-smi -L"};
  return *found;
}

// Sets and looks whether it took: a card may take another limit without a word.
void set_and_verify(const Library& library, Handle card, unsigned mw) {
  check(library.set_power_limit_mw(card, mw), "nvmlDeviceSetPowerManagementLimit");
  unsigned taken = 0;
  check(library.power_limit_mw(card, &taken), "nvmlDeviceGetPowerManagementLimit");
  const double apart_mw = std::abs(static_cast<double>(taken) - static_cast<double>(mw));
  if (apart_mw <= 500) return;
  throw LimitRefused{"the limit did not take: asked for " + std::to_string(mw / 1000) +
                         " W, the card has " + std::to_string(taken / 1000) + " W",
                     "nvidia-smi -q -d POWER shows what the card allows"};
}

// The caller holds the card's lock.
HealedLimit heal(const PowerLimiterOptions& options, const LimitEntry& entry) {
  try {
    const Library library{options.library};
    set_and_verify(library, find_card(library, entry.device), entry.found_mw);
    remove_journal(options, entry.device);
    return {entry.device, watts(entry.found_mw), "given back"};
  } catch (const LimitRefused& error) {
    return {entry.device,
            {},
            error.what() + std::string{error.remedy().empty() ? "" : "; "} + error.remedy()};
  } catch (const SourceMissing& error) {
    return {entry.device, {}, error.what()};
  }
}

std::optional<LimitEntry> read_journal(const std::filesystem::path& file) {
  const auto text = read_file(file, 4096);
  return text ? LimitEntry::parse(*text) : std::nullopt;
}

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

}  // namespace

// In the order of making: the lock, the guard that shares it, the library after the fork.
struct PowerLimiter::Hold {
  Hold(const PowerLimiterOptions& chosen, std::string uuid, UniqueFd held)
      : options{chosen}, device{std::move(uuid)}, lock{std::move(held)}, guard{lock, [this] {
                                                                                 after();
                                                                               }} {}
  ~Hold() { unlock_device(lock); }  // before the guard has noticed and closed its copy

  // In the guard: what our journal still holds was not given back. Another's is not ours to heal:
  // the card may have a new holder already.
  void after() const noexcept {
    try {
      const auto entry = read_journal(journal_file(options, device));
      if (entry && entry->holder == holder) heal(options, *entry);
    } catch (...) {  // the journal stays for heal_limits()
    }
  }

  PowerLimiterOptions options;
  std::string device;
  std::uint64_t holder =
      std::random_device{}() * std::uint64_t{0x100000000} + std::random_device{}();
  UniqueFd lock;
  LimitGuard guard;
  std::optional<Library> library;
  Handle card = nullptr;
  unsigned found_mw = 0;
  bool touched = false;
};

PowerLimiter::PowerLimiter(const std::string& device, const PowerLimiterOptions& chosen) {
  const PowerLimiterOptions options = resolved(chosen);
  std::string uuid;
  {
    const Library library{options.library};
    uuid = library.uuid(find_card(library, device));
  }  // shut down again, so that the guard is forked without it
  auto lock = lock_device(options, uuid);
  if (!lock) {
    throw LimitRefused{"another erg holds the power limit of " + uuid,
                       "wait until it ends; fuser -v " +
                           (options.lock_directory / ("erg-power-" + uuid + ".lock")).string()};
  }
  // A holder that was killed together with its guard left this: its limit is the true one.
  if (const auto left = read_journal(journal_file(options, uuid))) {
    if (const HealedLimit healed = heal(options, *left); !healed.limit) {
      throw LimitRefused{"an earlier limit of " + uuid + " cannot be given back: " + healed.words,
                         ""};
    }
  }
  hold_ = std::make_unique<Hold>(options, uuid, *std::move(lock));
  hold_->library.emplace(options.library);
  hold_->card = find_card(*hold_->library, uuid);
  check(hold_->library->power_limit_mw(hold_->card, &hold_->found_mw),
        "nvmlDeviceGetPowerManagementLimit");
}

PowerLimiter::~PowerLimiter() {
  try {
    give_back();
  } catch (const LimitRefused&) {  // the journal stays, and the guard tries once more
  }
}

PowerLimits PowerLimiter::limits() const { return read_limits(*hold_->library, hold_->card); }

Watts PowerLimiter::found() const { return watts(hold_->found_mw); }

void PowerLimiter::set(Watts limit) {
  const PowerLimits now = limits();
  if (!(limit >= now.min && limit <= now.max)) {
    throw LimitRefused{std::to_string(std::lround(limit.value())) + " W is outside the range of " +
                           now.device + ": " + std::to_string(std::lround(now.min.value())) +
                           " to " + std::to_string(std::lround(now.max.value())) + " W",
                       ""};
  }
  if (!hold_->touched)
    write_journal(hold_->options, {hold_->device, hold_->found_mw, hold_->holder});
  hold_->touched = true;
  try {
    set_and_verify(*hold_->library, hold_->card,
                   static_cast<unsigned>(std::lround(limit.value() * 1000)));
  } catch (const LimitRefused&) {
    give_back();
    throw;
  }
}

void PowerLimiter::give_back() {
  if (!hold_->touched) return;
  unsigned current = 0;
  const bool known = hold_->library->power_limit_mw(hold_->card, &current) == nvml::kSuccess;
  // Where nothing took, nothing is set: the right to set may be what lacks.
  if (!known || current != hold_->found_mw) {
    set_and_verify(*hold_->library, hold_->card, hold_->found_mw);
  }
  keep();
}

void PowerLimiter::keep() {
  if (!hold_->touched) return;
  remove_journal(hold_->options, hold_->device);
  hold_->touched = false;
}

std::vector<PowerLimits> power_limits(const PowerLimiterOptions& chosen) {
  const PowerLimiterOptions options = resolved(chosen);
  const Library library{options.library};
  std::vector<Handle> handles;
  std::vector<std::string> notes;
  library.list(handles, notes);
  std::vector<PowerLimits> all;
  for (const Handle card : handles) {
    try {
      all.push_back(read_limits(library, card));
    } catch (const LimitRefused&) {  // a card without limits: left out, as the contract says
    }
  }
  return all;
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
