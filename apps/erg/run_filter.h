// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erg/store.h"

namespace erg {

// Which runs of a list are meant: "network=lenet5 and energy_j>1000 and room!=lab3".
//
// A field is one of run_fields() or a tag. Numbers compare as numbers, all else as text; a run that
// does not have the field matches only !=. Values may stand in quotes. `network=resnet18` means
// resnet18_thesis, too; == takes the word exactly.
class RunFilter {
 public:
  // Empty text matches everything. Throws UsageError for what is no filter.
  explicit RunFilter(std::string_view text);

  bool matches(const RunSummary& run) const;
  // Throws UsageError for a condition on what none of the runs could have.
  void require_fields(std::span<const RunSummary> runs) const;

 private:
  enum class Comparison { same, equal, not_equal, less, at_most, greater, at_least };
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

// A field or tag of the run as text; empty where it has none.
std::string field_text(const RunSummary& run, std::string_view field);

// Throws UsageError, with the nearest field, for a name that is neither a field nor a tag of any of
// the runs.
void require_field(std::span<const RunSummary> runs, std::string_view field);

// By a field, or by a tag; smallest first, '-' in front turns the order; `start` is newest first.
// Runs without the field come last.
void sort_runs(std::vector<RunSummary>& runs, std::string_view by);

}  // namespace erg
