// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cmath>

#include "breakdowns.h"
#include "console.h"
#include "erg/comparison.h"
#include "erg/store.h"
#include "subcommands.h"

namespace erg {
namespace {

struct CompareOptions {
  std::vector<std::string> runs;
  std::string fail_above;
  bool json = false;
};

// "3%" and "3" are a share of 0.03.
double share_of(std::string_view text) {
  std::string_view number = text;
  if (number.ends_with('%')) number.remove_suffix(1);
  while (number.ends_with(' ')) number.remove_suffix(1);
  double percent = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), percent);
  if (error != std::errc{} || end != number.data() + number.size() || !(percent >= 0) ||
      !std::isfinite(percent)) {
    throw UsageError{"--fail-above is in percent, as in 3%, not '" + std::string{text} + "'"};
  }
  return percent / 100;
}

int compare(const Commands& commands, const CompareOptions& options) {
  std::optional<double> limit;
  if (!options.fail_above.empty()) limit = share_of(options.fail_above);
  if (limit && options.runs.size() < 2) {
    throw UsageError{"--fail-above compares: name two runs or more"};
  }
  const auto store = store_of(commands);
  std::vector<Run> runs;
  for (const auto& word : options.runs)
    runs.push_back(load_with_breakdowns(*store, store->find(word)));
  print(options.json ? comparison_json(runs) : comparison_text(runs, stdout_style()));
  if (!limit) return 0;
  const auto failures = failures_above(runs, *limit);
  for (const auto& failure : failures) inform("erg: " + failure + "\n");
  return failures.empty() ? 0 : 1;
}

}  // namespace

void add_runs_compare(Commands& commands, CLI::App& group) {
  const auto options = std::make_shared<CompareOptions>();
  auto& comparer = commands.add(group, "compare",
                                "Runs side by side, against the first: which differences are "
                                "more than chance",
                                "erg runs compare baseline capped --fail-above 3%",
                                [&commands, options] { return compare(commands, *options); });
  comparer
      .add_option("RUN", options->runs,
                  "Its id, the first 4 or more digits of it, its name, or 'last'")
      ->required()
      ->type_name("");
  comparer
      .add_option("--fail-above", options->fail_above,
                  "Exit with 1 when a run takes significantly more energy than the first, and more "
                  "than this; or when energies cannot be compared")
      ->type_name("PERCENT");
  comparer.add_flag("--json", options->json, "As JSON");
}

}  // namespace erg
