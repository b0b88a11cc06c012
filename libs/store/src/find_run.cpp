// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "erg/lower_case.h"
#include "erg/suggest.h"
#include "sql_store.h"

namespace erg::store {
namespace {

constexpr std::size_t kShortestPrefix = 4;

struct Named {
  std::string id;
  std::string name;
};

// Newest first.
std::vector<Named> named_runs(Connection& connection) {
  std::vector<Named> runs;
  connection.query("SELECT id, name FROM runs ORDER BY start_ns DESC, id", {}, [&](const Row& row) {
    runs.push_back({std::string{row.text(0)}, std::string{row.text(1)}});
  });
  return runs;
}

[[noreturn]] void ambiguous(std::string_view word, const std::vector<std::string>& ids) {
  std::string message =
      "'" + std::string{word} + "' begins the ids of " + std::to_string(ids.size()) + " runs:";
  constexpr std::size_t kShown = 3;
  for (std::size_t i = 0; i < std::min(kShown, ids.size()); ++i) message += " " + ids[i];
  throw StoreError{message + (ids.size() > kShown ? " ...: type more of it" : ": type more of it")};
}

}  // namespace

RunId find_run(Connection& connection, std::string_view word) {
  const auto runs = named_runs(connection);
  if (runs.empty())
    throw StoreError{"no run in " + connection.url() + " yet: erg run or erg train makes one"};
  if (word == "last") return *RunId::parse(runs.front().id);
  if (std::ranges::find(runs, lower_case(word), &Named::id) != runs.end()) {
    return *RunId::parse(lower_case(word));
  }
  const auto named = std::ranges::find(runs, word, &Named::name);
  if (named != runs.end()) return *RunId::parse(named->id);
  if (word.size() >= kShortestPrefix) {
    std::vector<std::string> ids;
    for (const auto& run : runs) {
      if (run.id.starts_with(lower_case(word))) ids.push_back(run.id);
    }
    if (ids.size() == 1) return *RunId::parse(ids.front());
    if (ids.size() > 1) ambiguous(word, ids);
  }
  std::vector<std::string_view> candidates{"last"};
  for (const auto& run : runs) {
    candidates.push_back(run.name);
    candidates.push_back(run.id);
  }
  throw StoreError{"no run '" + std::string{word} + "' in " + connection.url() +
                   suggestion(word, candidates) + ": erg runs list shows them"};
}

}  // namespace erg::store
