// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erg/store.h"

namespace erg {

// Which runs of a list are meant: "network=lenet5 and energy_j>1000 and room!=lab3".
//
// A field is one of run_fields() or a tag. Numbers compare as numbers, all else as text; a run that
// does not have the field matches only !=. Values may stand in quotes.
class RunFilter {
 public:
  // Empty text matches everything. Throws UsageError for what is no filter.
  explicit RunFilter(std::string_view text);

  bool matches(const RunSummary& run) const;

 private:
  enum class Comparison { equal, not_equal, less, at_most, greater, at_least };
  struct Condition {
    std::string field;
    Comparison comparison = Comparison::equal;
    std::string value;
  };

  static Condition condition(std::string_view text);
  static bool holds(const Condition& condition, const RunSummary& run);

  std::vector<Condition> conditions_;
};

// The fields of a run by which lists are filtered and sorted, for a help text.
std::string run_fields();

// By a field, or by a tag; smallest first, '-' in front turns the order; `start` is newest first.
// Runs without the field come last.
void sort_runs(std::vector<RunSummary>& runs, std::string_view by);

}  // namespace erg
