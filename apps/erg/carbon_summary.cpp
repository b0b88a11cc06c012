// SPDX-License-Identifier: Apache-2.0
#include "carbon_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include "carbon_options.h"
#include "console.h"
#include "erg/csv_writer.h"
#include "erg/json_writer.h"
#include "erg/numbers.h"
#include "erg/store.h"
#include "erg/suggest.h"
#include "number_checks.h"
#include "run_filter.h"
#include "subcommands.h"

namespace erg {
namespace {

using Align = TextTable::Align;

struct SummaryArguments {
  std::string by = "month";
  std::string where;
  CarbonOptions grid;
  double market = -1;
  double embodied_kg = 0;
  double lifetime_years = 4;
  double share = 1;
  bool csv = false;
  bool json = false;
};

struct Line {
  std::size_t runs = 0;
  Seconds time{0};
  Joules energy;
  double location_g = 0;
  double embodied_g = 0;
};

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream stream{text};
  for (std::string word; std::getline(stream, word, ',');) {
    if (!word.empty()) all.push_back(word);
  }
  if (all.empty()) throw UsageError{"--by names nothing: month, tag, ..."};
  return all;
}

std::string all_tags(const RunSummary& run) {
  std::string text;
  for (const auto& [key, value] : run.tags) text += (text.empty() ? "" : " ") + key + "=" + value;
  return text;
}

// A word that is nothing else is the key of a tag.
std::string key_of(const RunSummary& run, const std::string& by) {
  const auto start = utc_text(run.start);
  if (by == "year") return start.substr(0, 4);
  if (by == "month") return start.substr(0, 7);
  if (by == "day") return start.substr(0, 10);
  if (by == "network") return run.workload.network;
  if (by == "data") return run.workload.data;
  if (by == "device") return run.device;
  if (by == "name") return run.name;
  if (by == "tag") return all_tags(run);
  const auto tag = run.tags.find(by.starts_with("tag:") ? by.substr(4) : by);
  return tag == run.tags.end() ? "" : tag->second;
}

constexpr std::array<std::string_view, 8> kWords{"year", "month",  "day",  "network",
                                                 "data", "device", "name", "tag"};

// A slip of the pen would put all runs into one line without a name.
void require_words(const std::vector<std::string>& by, const std::vector<RunSummary>& runs) {
  for (const auto& word : by) {
    if (std::ranges::find(kWords, word) != kWords.end() || runs.empty()) continue;
    const auto key = word.starts_with("tag:") ? word.substr(4) : word;
    const auto has = [&](const RunSummary& run) { return run.tags.contains(key); };
    if (std::ranges::any_of(runs, has)) continue;
    throw UsageError{"--by: no run has a tag '" + plain_text(key) + "', and there is no such word" +
                     suggestion(word, kWords) +
                     ": year, month, day, network, data, device, name, tag"};
  }
}

// Tags of imported runs can be long; CSV and JSON hold them whole.
std::string short_text(const std::string& word) {
  constexpr std::size_t kWidth = 60;
  const auto text = plain_text(word);
  if (text.empty()) return "-";
  if (text_width(text) <= kWidth) return text;
  std::size_t end = kWidth - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

using Lines = std::map<std::vector<std::string>, Line>;

Lines lines_of(const std::vector<RunSummary>& runs, const std::vector<std::string>& by,
               const SummaryArguments& arguments, const GridChoice& grid, std::size_t& without) {
  const Embodied embodied{1000 * arguments.embodied_kg,
                          Seconds{arguments.lifetime_years * 31557600}, arguments.share};
  Lines lines;
  for (const auto& run : runs) {
    if (!run.energy) {
      ++without;
      continue;
    }
    std::vector<std::string> key;
    for (const auto& word : by) key.push_back(key_of(run, word));
    Line& line = lines[key];
    const Seconds time = run.time.value_or(Seconds{0});
    const auto end = run.start + std::chrono::duration_cast<Nanoseconds>(time);
    Footprint one;
    one.energy = run.energy->value;
    one.pue = arguments.grid.pue;
    one.location_g_per_kwh = grid.over(run.start, end);
    ++line.runs;
    line.time += time;
    line.energy += one.energy;
    line.location_g += one.operational_location_g();
    line.embodied_g += embodied_g(embodied, time);
  }
  return lines;
}

std::optional<double> market_g(const Line& line, const SummaryArguments& arguments) {
  if (arguments.market < 0) return std::nullopt;
  return line.energy.value() / 3.6e6 * arguments.grid.pue * arguments.market;
}

std::string csv_of(const Lines& lines, const std::vector<std::string>& by,
                   const SummaryArguments& arguments, const GridChoice& grid) {
  std::ostringstream stream;
  CsvWriter out{stream};
  for (const auto& word : by) out.field(word);
  for (const char* name : {"runs", "time_s", "energy_j", "energy_kwh", "pue", "location_based_g",
                           "market_based_g", "embodied_g", "total_g", "intensity_source"}) {
    out.field(name);
  }
  out.end_row();
  for (const auto& [key, line] : lines) {
    for (const auto& word : key) out.field(word);
    out.field(line.runs).field(line.time.count()).field(line.energy.value());
    out.field(line.energy.value() / 3.6e6).field(arguments.grid.pue).field(line.location_g);
    if (const auto market = market_g(line, arguments)) {
      out.field(*market);
    } else {
      out.field("");
    }
    out.field(line.embodied_g).field(line.location_g + line.embodied_g).field(grid.source);
    out.end_row();
  }
  return stream.str();
}

std::string json_of(const Lines& lines, const std::vector<std::string>& by,
                    const SummaryArguments& arguments, const GridChoice& grid) {
  JsonWriter out{2};
  out.begin_object().member("table_version", grid_table_version());
  out.member("intensity_source", grid.source).member("pue", arguments.grid.pue);
  out.key("rows").begin_array();
  for (const auto& [key, line] : lines) {
    out.begin_object();
    for (std::size_t i = 0; i < by.size(); ++i) out.member(by[i], key[i]);
    out.member("runs", line.runs).member("time_s", line.time.count());
    out.member("energy_j", line.energy.value()).member("location_based_g", line.location_g);
    out.member("market_based_g", market_g(line, arguments)).member("embodied_g", line.embodied_g);
    out.member("total_g", line.location_g + line.embodied_g).end_object();
  }
  out.end_array().end_object();
  return out.take() + "\n";
}

std::string text_of(const Lines& lines, const std::vector<std::string>& by,
                    const SummaryArguments& arguments, const GridChoice& grid) {
  std::vector<TextTable::Column> columns;
  for (const auto& word : by) columns.push_back({word});
  for (const char* name :
       {"runs", "time", "energy / kWh", "location-based / g", "market-based / g", "embodied / g"}) {
    columns.push_back({name, Align::right});
  }
  TextTable table{columns};
  for (const auto& [key, line] : lines) {
    std::vector<std::string> cells;
    for (const auto& word : key) cells.push_back(short_text(word));
    const auto market = market_g(line, arguments);
    for (const auto& cell :
         {std::to_string(line.runs), text(line.time), number(line.energy.value() / 3.6e6),
          number(line.location_g), market ? number(*market) : "-", number(line.embodied_g)}) {
      cells.push_back(cell);
    }
    table.add(cells);
  }
  return table.text(stdout_style()) + fmt::format("{} g/kWh: {}; PUE {}\n", number(grid.g_per_kwh),
                                                  grid.source, number(arguments.grid.pue));
}

int summarise(const Commands& commands, const SummaryArguments& arguments) {
  if (arguments.csv && arguments.json) throw UsageError{"--csv or --json, not both"};
  const auto by = words(arguments.by);
  const RunFilter filter{arguments.where};
  const GridChoice grid = grid_choice(arguments.grid);
  auto runs = store_of(commands)->list();
  filter.require_fields(runs);
  require_words(by, runs);
  std::erase_if(runs, [&](const RunSummary& run) { return !filter.matches(run); });
  std::size_t without = 0;
  const Lines lines = lines_of(runs, by, arguments, grid, without);
  if (without > 0) warn(fmt::format("{} runs without a measured energy are not in it", without));
  print(arguments.csv    ? csv_of(lines, by, arguments, grid)
        : arguments.json ? json_of(lines, by, arguments, grid)
                         : text_of(lines, by, arguments, grid));
  return 0;
}

}  // namespace

void add_carbon_summary(Commands& commands, CLI::App& carbon) {
  const auto arguments = std::make_shared<SummaryArguments>();
  auto& app = commands.add(carbon, "summary", "Energy and CO2 of all runs, grouped, for a report",
                           "erg carbon summary --by month,tag --zone DE --csv > report.csv",
                           [&commands, arguments] { return summarise(commands, *arguments); });
  app.add_option("--by", arguments->by,
                 "year, month, day, network, data, device, name, tag (all tags), or a tag's key; "
                 "several with commas")
      ->capture_default_str();
  app.add_option("--where", arguments->where, "Only runs that match");
  add_grid_options(app, arguments->grid);
  app.add_option("--market", arguments->market, "Intensity of the contract, g/kWh")
      ->check(at_least(0));
  app.add_option("--embodied-kg", arguments->embodied_kg, "CO2e of a machine's making")
      ->check(at_least(0));
  app.add_option("--lifetime-years", arguments->lifetime_years, "Over which it is shared out")
      ->check(more_than(0))
      ->capture_default_str();
  app.add_option("--share", arguments->share, "Of the machine that was reserved")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_flag("--csv", arguments->csv, "As CSV");
  app.add_flag("--json", arguments->json, "As JSON");
}

}  // namespace erg
