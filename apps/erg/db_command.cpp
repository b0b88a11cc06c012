// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "breakdowns.h"
#include "console.h"
#include "erg/json_forms.h"
#include "erg/maintenance.h"
#include "erg/open_store.h"
#include "subcommands.h"

namespace erg {
namespace {

int check(const std::string& url, bool json) {
  const StoreCheck found = check_store(url);
  if (found.problems.empty()) complete_breakdowns(*open_store(url), url);
  if (json) {
    print(store_check_json(without_password(url), found));
  } else {
    print(fmt::format("{}: {} runs, {} samples, {} spans\n", without_password(url), found.runs,
                      found.samples, found.spans));
    for (const auto& problem : found.problems) print("problem: " + plain_text(problem) + "\n");
    if (found.problems.empty()) print("sound\n");
  }
  return found.problems.empty() ? 0 : 1;
}

int vacuum(const std::string& url) {
  const StoreVacuum done = vacuum_store(url);
  print(fmt::format("{}: {} bytes before, {} after\n", without_password(url), done.before,
                    done.after));
  return 0;
}

int migrate(const std::string& url) {
  const StoreMigration done = migrate_store(url);
  print(done.before == done.after
            ? fmt::format("{}: schema {}, up to date\n", without_password(url), done.after)
            : fmt::format("{}: schema {} became {}\n", without_password(url), done.before,
                          done.after));
  return 0;
}

}  // namespace

void add_db(Commands& commands) {
  auto& group = commands.add_group("db", "The database itself: check, vacuum, migrate");
  const auto json = std::make_shared<bool>(false);
  auto& checker =
      commands.add(group, "check", "Read every row and say what is wrong", "erg db check",
                   [&commands, json] { return check(store_url_of(commands), *json); });
  checker.add_flag("--json", *json, "As JSON");
  commands.add(group, "vacuum", "Give the space of removed runs back", "erg db vacuum",
               [&commands] { return vacuum(store_url_of(commands)); });
  commands.add(group, "migrate", "Bring the schema up to date (opening a store does so, too)",
               "erg db migrate", [&commands] { return migrate(store_url_of(commands)); });
}

}  // namespace erg
