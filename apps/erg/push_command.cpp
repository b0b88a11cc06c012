// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "console.h"
#include "erg/open_store.h"
#include "erg/push_runs.h"
#include "run_store.h"
#include "subcommands.h"

namespace erg {
namespace {

struct PushOptions {
  std::vector<std::string> runs;
  std::string from;
  bool remove = false;
};

void say(const std::vector<RunId>& runs, std::string_view what) {
  for (const auto& run : runs) inform(fmt::format("{}: {}\n", run.text(), what));
}

int push(const Commands& commands, const PushOptions& options) {
  const std::string from = options.from.empty() ? undelivered_store_url() : options.from;
  std::vector<RunId> only;
  if (!options.from.empty() || !options.runs.empty()) {
    const auto store = open_existing_store(from);
    for (const auto& word : options.runs) only.push_back(store->find(word));
  }
  const PushReport done = push_runs(from, store_url_of(commands), only,
                                    options.remove ? AfterPush::remove : AfterPush::keep);
  say(done.delivered, "delivered");
  say(done.there_already, "there already");
  say(done.still_running, "still running, left where it is");
  say(done.without_beginning, "its beginning is in another store, left where it is");
  inform(fmt::format("{} delivered to {}\n", done.delivered.size(),
                     without_password(store_url_of(commands))));
  return 0;
}

}  // namespace

void add_runs_push(Commands& commands, CLI::App& group) {
  const auto options = std::make_shared<PushOptions>();
  auto& pusher = commands.add(group, "push", "Deliver runs of a local store to the store, once",
                              "erg runs push --from sqlite:laptop.db --store postgresql://lab/erg",
                              [&commands, options] { return push(commands, *options); });
  pusher.add_option("RUN", options->runs, "Only these (default: all)")->type_name("");
  pusher
      .add_option("--from", options->from,
                  "The local store (default: where runs go on whose server went away)")
      ->type_name("URL");
  pusher.add_flag("--remove", options->remove, "Remove each local run that has arrived");
}

}  // namespace erg
