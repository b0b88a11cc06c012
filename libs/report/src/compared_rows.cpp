// SPDX-License-Identifier: Apache-2.0
#include "compared_rows.h"

#include <algorithm>

#include "erg/breakdown_text.h"

namespace erg {

ComparedRows::ComparedRows(std::span<const Run> runs) {
  const auto profiled = [runs](Grouping by) {
    return std::ranges::all_of(runs, [by](const Run& run) { return find_profile(run, by); });
  };
  const bool phases = profiled(Grouping::phase), layers = profiled(Grouping::layer);
  for (const Run& run : runs) {
    add(run, phases ? find_profile(run, Grouping::phase) : find_breakdown(run, Grouping::phase));
    if (layers) add(run, find_profile(run, Grouping::layer));
  }
}

void ComparedRows::add(const Run& run, const Breakdown* breakdown) {
  if (!breakdown) return;
  for (const BreakdownRow& row : breakdown->rows) {
    const std::string name = row_title(row);
    if (std::ranges::find(names_, name) == names_.end()) names_.push_back(name);
    rows_.try_emplace({&run, name}, &row);
  }
}

const BreakdownRow* ComparedRows::find(const Run& run, const std::string& name) const {
  const auto found = rows_.find({&run, name});
  return found == rows_.end() ? nullptr : found->second;
}

}  // namespace erg
