// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>

#include "console.h"
#include "erg/run_json.h"
#include "erg/run_tables.h"
#include "erg/store.h"
#include "erg/suggest.h"
#include "number_checks.h"
#include "run_filter.h"
#include "subcommands.h"

namespace erg {
namespace {

// The world's mean of 2022 that CodeCarbon falls back on, in kg of CO2 a kWh.
constexpr double kWorldMean = 0.475;

struct ExportArguments {
  std::vector<std::string> words;  // the format first where --format does not say it
  std::string format;
  std::string table = "samples";
  std::string where;
  std::string output;
  bool all = false;
  double kg_per_kwh = kWorldMean;
};

constexpr std::array<std::string_view, 6> kFormats{"csv",        "json",      "jsonl",
                                                   "codecarbon", "emissions", "jsonlines"};
constexpr std::array<std::pair<std::string_view, TidyTable>, 5> kTables{
    {{"samples", TidyTable::samples},
     {"spans", TidyTable::spans},
     {"epochs", TidyTable::epochs},
     {"breakdowns", TidyTable::breakdowns},
     {"runs", TidyTable::runs}}};

// What goes into one file: a header once, then each run.
struct Form {
  std::function<void(std::ostream&)> header = [](std::ostream&) {};
  std::function<void(const Run&, std::ostream&)> rows;
};

Form tidy(TidyTable table) {
  return {[table](std::ostream& out) { write_tidy_header(table, out); },
          [table](const Run& run, std::ostream& out) { write_tidy_rows(table, run, out); }};
}

Form form_of(const ExportArguments& arguments) {
  if (arguments.format == "csv") {
    const auto table = std::ranges::find(kTables, arguments.table,
                                         [](const auto& one) { return std::string{one.first}; });
    return tidy(table->second);
  }
  if (arguments.format.starts_with("json")) {
    return {[](std::ostream&) {},
            [](const Run& run, std::ostream& out) { write_run_json(run, out); }};
  }
  return {write_emissions_header, [kg = arguments.kg_per_kwh](const Run& run, std::ostream& out) {
            write_emissions_row(run, kg, out);
          }};
}

bool is_format(std::string_view word) {
  return std::ranges::find(kFormats, word) != kFormats.end();
}

void settle_format(ExportArguments& arguments) {
  if (arguments.format.empty()) {
    if (arguments.words.empty()) throw UsageError{"which format: csv, json or codecarbon?"};
    arguments.format = arguments.words.front();
    arguments.words.erase(arguments.words.begin());
  }
  if (is_format(arguments.format)) return;
  throw UsageError{"there is no format '" + plain_text(arguments.format) + "'" +
                   suggestion(arguments.format, kFormats) + ": csv, json or codecarbon"};
}

// Oldest first, as a file that grows would have them.
std::vector<RunId> chosen(const Store& store, const ExportArguments& arguments) {
  std::vector<RunId> ids;
  for (const auto& word : arguments.words) ids.push_back(store.find(word));
  if (!ids.empty()) return ids;
  const RunFilter filter{arguments.where};
  auto runs = store.list();
  filter.require_fields(runs);
  std::ranges::reverse(runs);
  for (const auto& run : runs) {
    if (filter.matches(run)) ids.push_back(run.id);
  }
  return ids;
}

// A file under a name of its own until it is whole: what stood there before stays until then. A
// pipe or a device is written as it is.
class NewFile {
 public:
  explicit NewFile(std::filesystem::path path) : path_{std::move(path)}, part_{path_} {
    const auto kind = std::filesystem::status(path_).type();
    whole_ = kind == std::filesystem::file_type::regular ||
             kind == std::filesystem::file_type::not_found;
    if (whole_) part_ += ".part";
    out_.open(part_, std::ios::binary | std::ios::trunc);
    if (!out_)
      throw std::runtime_error{"cannot write " + path_.string() + ": is its folder there?"};
  }
  ~NewFile() {
    std::error_code ignored;
    if (whole_ && !done_) std::filesystem::remove(part_, ignored);
  }
  std::ostream& stream() { return out_; }
  void finish() {
    out_.close();
    if (!out_) throw std::runtime_error{"cannot write " + path_.string() + ": is its disk full?"};
    if (whole_) std::filesystem::rename(part_, path_);
    done_ = true;
  }

 private:
  std::filesystem::path path_;
  std::filesystem::path part_;
  std::ofstream out_;
  bool whole_ = true;
  bool done_ = false;
};

void write(const Store& store, const std::vector<RunId>& ids, const Form& form, std::ostream& out,
           const std::string& where) {
  form.header(out);
  for (const auto& id : ids) {
    form.rows(store.load(id), out);
    if (!out.flush()) throw std::runtime_error{"cannot write " + where + ": is its disk full?"};
  }
}

// All five tables, each in its file.
void write_folder(const Store& store, const std::vector<RunId>& ids,
                  const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::vector<std::unique_ptr<NewFile>> files;
  for (const auto& [name, table] : kTables) {
    files.push_back(std::make_unique<NewFile>(folder / (std::string{name} + ".csv")));
    write_tidy_header(table, files.back()->stream());
  }
  for (const auto& id : ids) {
    const Run run = store.load(id);
    for (std::size_t i = 0; i < files.size(); ++i) {
      write_tidy_rows(kTables[i].second, run, files[i]->stream());
    }
  }
  for (const auto& file : files) file->finish();
}

int export_runs(const Commands& commands, ExportArguments arguments) {
  settle_format(arguments);
  if (!arguments.words.empty() && (arguments.all || !arguments.where.empty())) {
    throw UsageError{"name runs, or --where, or --all: one of the three"};
  }
  const auto store = store_of(commands);
  const auto ids = chosen(*store, arguments);
  const bool folder =
      !arguments.output.empty() && arguments.format == "csv" &&
      (arguments.output.ends_with('/') || std::filesystem::is_directory(arguments.output));
  if (folder) {
    write_folder(*store, ids, arguments.output);
  } else if (arguments.output.empty() || arguments.output == "-") {
    write(*store, ids, form_of(arguments), std::cout, "standard output");
  } else {
    NewFile file{arguments.output};
    write(*store, ids, form_of(arguments), file.stream(), arguments.output);
    file.finish();
  }
  inform(fmt::format("{} runs exported\n", ids.size()));
  return 0;
}

}  // namespace

void add_export(Commands& commands) {
  const auto arguments = std::make_shared<ExportArguments>();
  auto& exporter =
      commands.add("export", "Write runs as CSV, JSON lines or CodeCarbon's emissions.csv",
                   "erg export json --where \"network=resnet18 and cap<200\" -o runs.jsonl",
                   [&commands, arguments] { return export_runs(commands, *arguments); });
  exporter
      .add_option(
          "FORMAT", arguments->words,
          "csv (tidy), json (JSON lines, exact, for erg import json) or codecarbon; then the "
          "runs, by id, name or 'last' (default: all)")
      ->type_name("[RUN...]");
  exporter.add_option("--format", arguments->format, "The format, where it does not come first")
      ->type_name("NAME");
  exporter.add_flag("--all", arguments->all, "The whole store (the default without runs)");
  exporter.add_option("--where", arguments->where, "Only runs that match, as in erg runs list")
      ->type_name("CONDITIONS");
  exporter
      .add_option("--table", arguments->table, "csv: samples, spans, epochs, breakdowns or runs")
      ->check(CLI::IsMember({"samples", "spans", "epochs", "breakdowns", "runs"}))
      ->capture_default_str();
  exporter
      .add_option("-o,--output", arguments->output,
                  "A file (default: standard output); csv: a folder gets all the tables")
      ->type_name("PATH");
  exporter
      .add_option("--kg-per-kwh", arguments->kg_per_kwh,
                  "codecarbon: CO2 of a kWh, for runs that CodeCarbon did not measure")
      ->check(at_least(0))
      ->capture_default_str();
}

}  // namespace erg
