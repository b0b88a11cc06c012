// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "erg/run.h"

namespace erg {

// Rows of several runs side by side, by their titles: phases, and layers where all runs were
// profiled by layer. A profile tells a phase of milliseconds better than readings do: it is taken
// where all runs have one.
class ComparedRows {
 public:
  // The runs outlive this.
  explicit ComparedRows(std::span<const Run> runs);

  // Of any of the runs, each once, in the order in which they come up.
  const std::vector<std::string>& names() const { return names_; }
  // Null where this run has none of that name.
  const BreakdownRow* find(const Run& run, const std::string& name) const;

 private:
  void add(const Run& run, const Breakdown* breakdown);

  std::vector<std::string> names_;
  std::map<std::pair<const Run*, std::string>, const BreakdownRow*> rows_;
};

}  // namespace erg
