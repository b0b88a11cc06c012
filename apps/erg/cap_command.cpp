// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

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
  bool json = false;
};

int show(const CapOptions& options) {
  const auto all = power_limits();
  if (options.json) {
    print(power_limits_json(all));
    return 0;
  }
  TextTable table{{{"device"},
                   {"name"},
                   {"limit", Align::right},
                   {"range", Align::right},
                   {"default", Align::right},
                   {"draw", Align::right}}};
  for (const auto& card : all) {
    table.add({card.device, card.name, text(card.current),
               fmt::format("{} to {}", number(card.min.value()), text(card.max)),
               text(card.standard), card.draw ? text(*card.draw) : "-"});
  }
  print(table.text(stdout_style()));
  return 0;
}

void limit(const std::string& device, Watts watts) {
  PowerLimiter limiter{device};
  try {
    limiter.set(watts);
  } catch (const LimitRefused& refused) {
    if (refused.remedy().empty()) throw;
    throw std::runtime_error{std::string{refused.what()} + "; " + refused.remedy()};
  }
  limiter.keep();
  inform(fmt::format("{}: {} (was {})\n", limiter.limits().device, text(limiter.limits().current),
                     text(limiter.found())));
}

int set(const CapOptions& options) {
  limit(options.device, Watts{options.watts});
  return 0;
}

// Cards that are as the vendor made them are left alone: nothing needs a right then.
int reset(const CapOptions& options) {
  for (const auto& card : power_limits()) {
    const bool meant = options.device.empty() || card.device.starts_with(options.device);
    if (meant && card.current != card.standard) limit(card.device, card.standard);
  }
  return 0;
}

}  // namespace

void add_cap(Commands& commands, const std::vector<std::string>& measured) {
  auto& group = commands.add_group(
      "cap", "Power limits of GPUs: show, set, reset, sweep; choose one, spend a budget");
  const auto options = std::make_shared<CapOptions>();
  auto& shower = commands.add(group, "show", "Each card's limit, its range, and what it draws",
                              "erg cap show --json", [options] { return show(*options); });
  shower.add_flag("--json", options->json, "As JSON");

  auto& setter = commands.add(group, "set", "Set a card's limit until it is set again",
                              "erg cap set 300 --device 0", [options] { return set(*options); });
  setter.add_option("WATTS", options->watts, "The limit")
      ->required()
      ->check(more_than(0))
      ->type_name("");
  setter.add_option("--device", options->device, "UUID, the beginning of it, or NVML's index")
      ->capture_default_str()
      ->required();

  auto& resetter = commands.add(group, "reset", "Give cards the limit that their vendor set",
                                "erg cap reset", [options] { return reset(*options); });
  resetter.add_option("--device", options->device, "Only this card, by its UUID");

  add_cap_sweep(commands, group, measured);
  add_cap_choose(commands, group, measured);
  add_cap_savings(commands, group);
  add_cap_budget(commands, group);
}

}  // namespace erg
