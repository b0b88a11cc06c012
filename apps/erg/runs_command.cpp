// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "breakdowns.h"
#include "console.h"
#include "erg/json_forms.h"
#include "erg/run_text.h"
#include "erg/store.h"
#include "erg/text_table.h"
#include "run_filter.h"
#include "subcommands.h"
#include "tags.h"

namespace erg {
namespace {

struct RunsOptions {
  std::string run;
  std::vector<std::string> runs;
  std::vector<std::string> words;  // tags
  std::string where;
  std::string sort = "start";
  std::vector<std::string> columns;
  std::size_t limit = 0;
  bool json = false;
  bool force = false;
};
using Options = std::shared_ptr<RunsOptions>;

std::string columns_text(const std::vector<RunSummary>& runs,
                         const std::vector<std::string>& columns) {
  std::vector<TextTable::Column> heads;
  for (const auto& column : columns) heads.push_back({column, TextTable::Align::left});
  TextTable table{std::move(heads)};
  for (const auto& run : runs) {
    std::vector<std::string> cells;
    for (const auto& column : columns) cells.push_back(field_text(run, column));
    table.add(std::move(cells));
  }
  return table.text(stdout_style());
}

int list(const Commands& commands, const RunsOptions& options) {
  const RunFilter filter{options.where};
  const auto store = store_of(commands);
  complete_breakdowns(*store, store_url_of(commands));
  auto runs = store->list();
  filter.require_fields(runs);
  for (const auto& column : options.columns) require_field(runs, column);
  require_field(runs, std::string_view{options.sort}.substr(options.sort.starts_with('-') ? 1 : 0));
  std::erase_if(runs, [&](const RunSummary& run) { return !filter.matches(run); });
  sort_runs(runs, options.sort);
  if (options.limit > 0 && runs.size() > options.limit) runs.resize(options.limit);
  if (options.json) {
    print(run_list_json(runs));
  } else if (runs.empty()) {
    inform(options.where.empty() ? "no runs yet: erg run -- COMMAND\n" : "no such runs\n");
  } else if (!options.columns.empty()) {
    print(columns_text(runs, options.columns));
  } else {
    print(run_list_text(runs, stdout_style()));
  }
  return 0;
}

int show(const Commands& commands, const RunsOptions& options) {
  const auto store = store_of(commands);
  const Run run = load_with_breakdowns(*store, store->find(options.run));
  print(options.json ? run_json(run)
                     : run_text(run, stdout_style()) + "\n" + run_details_text(run));
  return 0;
}

int tag(const Commands& commands, const RunsOptions& options) {
  const auto tags = parse_tags(options.words);
  const auto store = store_of(commands);
  const RunId run = store->find(options.run);
  auto all = store->load(run).header.environment.tags;
  for (const auto& [key, value] : tags) {
    if (value.empty()) {
      all.erase(key);
    } else {
      all[key] = value;
    }
  }
  store->set_tags(run, all);
  return 0;
}

void must_have_ended(const Store& store, const std::vector<RunId>& runs) {
  for (const RunId run : runs) {
    if (store.status(run) != RunStatus::running) continue;
    throw std::runtime_error{"the run " + run.text() + " (" + plain_text(store.header(run).name) +
                             ") is still being measured: end it first, or --force"};
  }
}

// All are looked up before the first is removed: a mistyped one removes nothing.
int remove(const Commands& commands, const RunsOptions& options) {
  const auto store = store_of(commands);
  std::vector<RunId> found;
  for (const auto& word : options.runs) found.push_back(store->find(word));
  if (!options.force) must_have_ended(*store, found);
  std::vector<std::string> removed;
  for (const auto& run : found) {
    store->remove(run);
    removed.push_back(run.text());
    if (!options.json) inform("removed " + run.text() + "\n");
  }
  if (options.json) print(nlohmann::ordered_json{{"removed", removed}}.dump(2) + "\n");
  return 0;
}

constexpr const char* kRunHelp = "Its id, the first 4 or more digits of it, its name, or 'last'";

void add_run_argument(CLI::App& command, const Options& options) {
  command.add_option("RUN", options->run, kRunHelp)->required()->type_name("");
}

void add_run_arguments(CLI::App& command, const Options& options) {
  command.add_option("RUN", options->runs, kRunHelp)->required()->type_name("");
}

}  // namespace

void add_runs(Commands& commands) {
  auto& group = commands.add_group("runs", "List, show, compare, tag and remove runs");
  const auto options = std::make_shared<RunsOptions>();
  const auto with = [&commands, options](int (*action)(const Commands&, const RunsOptions&)) {
    return [&commands, options, action] { return action(commands, *options); };
  };

  auto& lister =
      commands.add(group, "list", "The runs in the store, newest first",
                   "erg runs list --where \"network=lenet5 and energy_j>1000\"", with(list));
  lister.add_option(
      "--where", options->where,
      "Only those that match: FIELD=VALUE, !=, <, <=, >, >=, joined by 'and'. Fields: " +
          run_fields() + ", or a tag");
  lister.add_option("--sort", options->sort, "By which field; '-' before it turns the order");
  lister.add_option("--columns", options->columns, "Only these fields or tags: name,cap,energy_j")
      ->delimiter(',')
      ->type_name("FIELD,...");
  lister.add_option("--limit", options->limit, "At most so many")->check(CLI::PositiveNumber);
  lister.add_flag("--json", options->json, "As JSON");

  auto& shower = commands.add(group, "show", "One run: what it took, where, on what",
                              "erg runs show last", with(show));
  add_run_argument(shower, options);
  shower.add_flag("--json", options->json, "As JSON");

  add_runs_compare(commands, group);

  auto& tagger = commands.add(group, "tag", "Set tags of a run; an empty value removes one",
                              "erg runs tag last room=lab3 note=", with(tag));
  add_run_argument(tagger, options);
  tagger.add_option("TAG", options->words, "KEY=VALUE")->required()->type_name("");

  auto& remover = commands.add(group, "remove", "Remove runs from the store",
                               "erg runs remove 3f2a91c0", with(remove));
  add_run_arguments(remover, options);
  remover.add_flag("--force", options->force, "Also runs that are still being measured");
  remover.add_flag("--json", options->json, "The ids of the removed runs, as JSON");
  add_runs_push(commands, group);
}

}  // namespace erg
