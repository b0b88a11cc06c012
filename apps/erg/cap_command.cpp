// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cap_runner.h"
#include "console.h"
#include "erg/json_forms.h"
#include "erg/numbers.h"
#include "erg/power_limiter.h"
#include "number_checks.h"
#include "subcommands.h"

namespace erg {
namespace {

using Align = TextTable::Align;

struct CapOptions {
  std::string device;
  double watts = 0;
  double clock_mhz = 0;
  bool clock = false;
  bool json = false;
};

// Every card that can be held back in one way or the other, in NVML's order.
std::vector<CardLimits> all_cards() {
  std::map<unsigned, CardLimits> by_index;
  for (auto& limits : power_limits()) by_index[limits.index].power = std::move(limits);
  for (auto& limits : clock_limits()) by_index[limits.index].clock = std::move(limits);
  std::vector<CardLimits> cards;
  for (auto& [index, card] : by_index) cards.push_back(std::move(card));
  return cards;
}

std::string range_text(const ClockLimits& clock) {
  return clock.min_mhz > 0 ? fmt::format("{} to {} MHz", clock.min_mhz, clock.max_mhz)
                           : fmt::format("up to {} MHz", clock.max_mhz);
}

int show(const CapOptions& options) {
  const auto all = all_cards();
  if (options.json) {
    print(power_limits_json(all));
    return 0;
  }
  TextTable table{{{"device"},
                   {"name"},
                   {"limit", Align::right},
                   {"range", Align::right},
                   {"default", Align::right},
                   {"draw", Align::right},
                   {"SM clock", Align::right},
                   {"range", Align::right}}};
  for (const auto& [power, clock] : all) {
    const bool draws = power && power->draw;
    table.add({power ? power->device : clock->device, power ? power->name : clock->name,
               power ? text(power->current) : "-",
               power ? fmt::format("{} to {}", number(power->min.value()), text(power->max)) : "-",
               power ? text(power->standard) : "-", draws ? text(*power->draw) : "-",
               clock && clock->now_mhz ? fmt::format("{} MHz", *clock->now_mhz) : "-",
               clock ? range_text(*clock) : "-"});
  }
  print(table.text(stdout_style()));
  return 0;
}

// Does something to a card that is to last, and says what LimitRefused says.
template <class Change>
void change(const std::string& device, Change change_it) {
  try {
    PowerLimiter limiter{device};
    change_it(limiter);
    limiter.keep();
  } catch (const LimitRefused& refused) {
    throw std::runtime_error{words_of(refused)};
  }
}

void limit(const std::string& device, Watts watts) {
  change(device, [&](PowerLimiter& limiter) {
    limiter.set(watts);
    inform(fmt::format("{}: {} (was {})\n", limiter.device(), text(limiter.limits().current),
                       text(limiter.found())));
  });
}

int set(const CapOptions& options) {
  if ((options.watts > 0) == (options.clock_mhz > 0)) {
    throw UsageError{"either a power limit, erg cap set 300, or a clock, erg cap set --clock 1410"};
  }
  if (options.watts > 0) {
    limit(options.device, Watts{options.watts});
    return 0;
  }
  change(options.device, [&](PowerLimiter& limiter) {
    const auto mhz = static_cast<unsigned>(std::lround(std::min(options.clock_mhz, 1e6)));
    limiter.lock_clock(mhz);
    inform(fmt::format("{}: SM clock locked at {} MHz, until erg cap reset or a reboot\n",
                       limiter.device(), mhz));
  });
  return 0;
}

// Cards that are as the vendor made them are left alone: nothing needs a right then. Whether a
// clock is locked no driver tells, so that it is unlocked unasked only where this is allowed.
int reset(const CapOptions& options) {
  for (const auto& [power, clock] : all_cards()) {
    const std::string device = power ? power->device : clock->device;
    const bool index = options.device == std::to_string(power ? power->index : clock->index);
    if (!options.device.empty() && !index && !device.starts_with(options.device)) continue;
    if (!options.clock && power && power->current != power->standard) {
      limit(device, power->standard);
    }
    if (!clock) continue;
    try {
      change(device, [](PowerLimiter& limiter) { limiter.unlock_clock(); });
    } catch (const std::runtime_error& refused) {
      if (options.clock) throw;
      const std::string words = refused.what();
      if (words.find("NO_PERMISSION") != words.npos) {
        inform(device + ": the SM clock is left as it is: " + words + "\n");
      }
    }
  }
  return 0;
}

}  // namespace

void add_cap(Commands& commands, const std::vector<std::string>& measured) {
  auto& group = commands.add_group(
      "cap",
      "Power limits and clock locks of GPUs: show, set, reset, sweep; choose one, spend a budget");
  const auto options = std::make_shared<CapOptions>();
  auto& shower = commands.add(
      group, "show", "Each card's power limit and SM clock, their ranges, and what it draws",
      "erg cap show --json", [options] { return show(*options); });
  shower.add_flag("--json", options->json, "As JSON");

  auto& setter = commands.add(group, "set", "Set a card's limit, or lock its SM clock, to last",
                              "erg cap set 300 --device 0\nerg cap set --clock 1410 --device 0",
                              [options] { return set(*options); });
  setter.add_option("WATTS", options->watts, "The limit")->check(more_than(0))->type_name("");
  setter.add_option("--clock", options->clock_mhz, "Lock the SM clock at so much instead")
      ->check(more_than(0))
      ->type_name("MHZ");
  setter.add_option("--device", options->device, "UUID, the beginning of it, or NVML's index")
      ->capture_default_str()
      ->required();

  auto& resetter =
      commands.add(group, "reset", "Give cards the limit that their vendor set, and unlock clocks",
                   "erg cap reset", [options] { return reset(*options); });
  resetter.add_option("--device", options->device, "Only this card: its UUID or NVML's index");
  resetter.add_flag("--clock", options->clock, "Only unlock the SM clocks");

  add_cap_sweep(commands, group, measured);
  add_cap_choose(commands, group, measured);
  add_cap_savings(commands, group);
  add_cap_budget(commands, group);
}

}  // namespace erg
