// SPDX-License-Identifier: Apache-2.0
#include "erg/power_limiter.h"

#include <cmath>
#include <random>

#include "limit_driver.h"
#include "limit_guard.h"
#include "limit_healing.h"
#include "nvml_status.h"

namespace erg {
namespace {

using nvml::Handle;
using nvml::Library;

constexpr LimitKind kKinds[] = {LimitKind::power, LimitKind::clock};

std::string rounded(double value) { return std::to_string(std::lround(value)); }

}  // namespace

// In the order of making: the lock, the guard that shares it, the library after the fork.
struct PowerLimiter::Hold {
  Hold(const PowerLimiterOptions& chosen, std::string uuid, UniqueFd held)
      : options{chosen}, device{std::move(uuid)}, lock{std::move(held)}, guard{lock, [this] {
                                                                                 after();
                                                                               }} {}
  ~Hold() { unlock_device(lock); }  // before the guard has noticed and closed its copy

  // In the guard: what our journals still hold was not given back. Another's are not ours to heal:
  // the card may have a new holder already.
  void after() const noexcept {
    for (const LimitKind kind : kKinds) {
      try {
        const auto entry = read_journal(journal_file(options, device, kind));
        if (entry && entry->holder == holder) heal(options, *entry);
      } catch (...) {  // the journal stays for heal_limits()
      }
    }
  }
  void keep_power() {
    if (touched) remove_journal(options, device, LimitKind::power);
    touched = false;
  }
  void keep_clock() {
    if (clock_touched) remove_journal(options, device, LimitKind::clock);
    clock_touched = locked = false;
  }
  void give_back_power() {
    if (!touched) return;
    unsigned current = 0;
    const bool known = library->power_limit_mw(card, &current) == nvml::kSuccess;
    // Where nothing took, nothing is set: the right to set may be what lacks.
    if (!known || current != found_mw) set_and_verify(*library, card, found_mw);
    keep_power();
  }
  void give_back_clock() {
    if (!clock_touched) return;
    if (locked) erg::unlock_clock(*library, card);
    keep_clock();
  }

  PowerLimiterOptions options;
  std::string device;
  std::uint64_t holder =
      std::random_device{}() * std::uint64_t{0x100000000} + std::random_device{}();
  UniqueFd lock;
  LimitGuard guard;
  std::optional<Library> library;
  Handle card = nullptr;
  nvml::Return power_limit_result = nvml::kSuccess;  // of reading what was found
  unsigned found_mw = 0;
  bool touched = false;
  bool clock_touched = false;
  bool locked = false;
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
  for (const LimitKind kind : kKinds) {
    const auto left = read_journal(journal_file(options, uuid, kind));
    if (!left) continue;
    if (const HealedLimit healed = heal(options, *left); !healed.given_back) {
      throw LimitRefused{"an earlier limit of " + uuid + " cannot be given back: " + healed.words,
                         ""};
    }
  }
  hold_ = std::make_unique<Hold>(options, uuid, *std::move(lock));
  hold_->library.emplace(options.library);
  hold_->card = find_card(*hold_->library, uuid);
  hold_->power_limit_result = hold_->library->power_limit_mw(hold_->card, &hold_->found_mw);
}

PowerLimiter::~PowerLimiter() {
  try {
    give_back();
  } catch (const LimitRefused&) {  // the journal stays, and the guard tries once more
  }
}

const std::string& PowerLimiter::device() const { return hold_->device; }

PowerLimits PowerLimiter::limits() const { return read_limits(*hold_->library, hold_->card); }

ClockLimits PowerLimiter::clocks() const { return read_clocks(*hold_->library, hold_->card); }

Watts PowerLimiter::found() const {
  check(hold_->power_limit_result, "nvmlDeviceGetPowerManagementLimit");
  return milliwatts(static_cast<double>(hold_->found_mw));
}

void PowerLimiter::set(Watts limit) {
  found();  // what cannot be read cannot be given back
  const PowerLimits now = limits();
  if (!(limit >= now.min && limit <= now.max)) {
    throw LimitRefused{rounded(limit.value()) + " W is outside the range of " + now.device + ": " +
                           rounded(now.min.value()) + " to " + rounded(now.max.value()) + " W",
                       ""};
  }
  if (!hold_->touched)
    write_journal(hold_->options, {hold_->device, hold_->found_mw, hold_->holder});
  hold_->touched = true;
  try {
    set_and_verify(*hold_->library, hold_->card,
                   static_cast<unsigned>(std::lround(limit.value() * 1000)));
  } catch (const LimitRefused& refused) {
    try {
      hold_->give_back_power();
    } catch (const LimitRefused& kept) {
      throw LimitRefused{std::string{refused.what()} + "; the limit before, " +
                             rounded(hold_->found_mw / 1000.0) +
                             " W, could not be given back: " + kept.what(),
                         refused.remedy()};
    }
    throw;
  }
}

void PowerLimiter::lock_clock(unsigned mhz) {
  const ClockLimits now = clocks();
  if (mhz == 0 || mhz < now.min_mhz || mhz > now.max_mhz) {
    throw LimitRefused{std::to_string(mhz) + " MHz is outside the SM clocks of " + now.device +
                           ": " + std::to_string(now.min_mhz) + " to " +
                           std::to_string(now.max_mhz) + " MHz",
                       ""};
  }
  if (!hold_->clock_touched) {
    write_journal(hold_->options, {hold_->device, 0, hold_->holder, LimitKind::clock});
  }
  hold_->clock_touched = true;
  try {
    erg::lock_clock(*hold_->library, hold_->card, mhz);
    hold_->locked = true;
  } catch (const LimitRefused&) {
    hold_->give_back_clock();
    throw;
  }
}

void PowerLimiter::unlock_clock() { erg::unlock_clock(*hold_->library, hold_->card); }

void PowerLimiter::give_back() {
  try {
    hold_->give_back_power();
  } catch (const LimitRefused&) {
    hold_->give_back_clock();
    throw;
  }
  hold_->give_back_clock();
}

void PowerLimiter::keep() {
  hold_->keep_power();
  hold_->keep_clock();
}

}  // namespace erg
