// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "breakdowns.h"
#include "console.h"
#include "counting_writer.h"
#include "erg/byte_source.h"
#include "erg/importer.h"
#include "erg/run_json.h"
#include "erg/store.h"
#include "erg/suggest.h"
#include "number_checks.h"
#include "subcommands.h"

namespace erg {
namespace {

constexpr std::string_view kFormats[] = {"thesis",       "blocks",      "nvidia-smi", "codecarbon",
                                         "powermetrics", "meter-trace", "csv",        "zeus",
                                         "pvwatts",      "json"};

struct ImportArguments {
  std::string format;
  std::string path;
  bool dry_run = false;
  double period_s = 0;
  int utc_offset_minutes = 0;
  ImportOptions options;
};

struct Tally {
  std::size_t imported = 0;
  std::size_t there = 0;
  std::size_t failed = 0;
};

std::set<RunId> runs_in(const Store& store) {
  std::set<RunId> ids;
  for (const auto& run : store.list()) ids.insert(run.id);
  return ids;
}

// From this many readings on a run is not taken into memory to break its energy down.
constexpr std::uint64_t kMostInMemory = 2'000'000;

// The total of a run as the store itself has counted it.
void save_total(Store& store, RunId id) {
  const auto runs = store.list();
  const auto run = std::ranges::find(runs, id, &RunSummary::id);
  if (run == runs.end() || !run->energy) return;
  Breakdown breakdown;
  breakdown.by = Grouping::run;
  breakdown.method = "timeline";
  breakdown.total.name = "run";
  breakdown.total.count = 1;
  breakdown.total.energy = run->energy;
  if (run->time)
    breakdown.total.time = TimeEstimate{*run->time, Seconds{0}, 0, Provenance::imported};
  breakdown.rows = {breakdown.total};
  store.save_breakdown(id, breakdown);
}

// One run, all of it or nothing.
std::optional<RunId> import_into(Store& store, std::set<RunId>& there, const ImportItem& item,
                                 const ImportOptions& options, ImportReport& report, Tally& tally) {
  std::uint64_t samples = 0;
  const auto open = [&](const RunHeader& run,
                        const PartHeader& part) -> std::unique_ptr<RunWriter> {
    if (there.contains(run.id)) return nullptr;
    return std::make_unique<CountingWriter>(store.begin(run, part), samples);
  };
  const ImportedRun done = import_run(item, options, open, report);
  if (done.already_there) {
    ++tally.there;
    return std::nullopt;
  }
  if (samples > kMostInMemory) {
    save_total(store, done.id);
  } else {
    const Run run = store.load(done.id);
    for (const auto& breakdown : usual_breakdowns(run)) store.save_breakdown(done.id, breakdown);
  }
  for (const auto& breakdown : done.breakdowns) store.save_breakdown(done.id, breakdown);
  return done.id;
}

// False where the store can take no more.
bool import_one(Store& store, std::set<RunId>& there, const ImportItem& item,
                const ImportOptions& options, ImportReport& report, Tally& tally) {
  try {
    const std::size_t already = tally.there;
    std::optional<RunId> added;
    store.at_once(
        [&](Store& inside) { added = import_into(inside, there, item, options, report, tally); });
    if (added) there.insert(*added);
    if (tally.there == already) ++tally.imported;
    return true;
  } catch (const StoreError& error) {
    ++tally.failed;
    warn(item.path.string() + ": " + error.what());
    return false;
  } catch (const std::exception& error) {
    ++tally.failed;
    warn(item.path.string() + ": " + error.what());
    return true;
  }
}

// A file of JSON lines: all of its runs or none. Without a store they are only listed.
void import_json(Store* store, const std::string& path, Tally& tally) {
  const auto source = path == "-" ? standard_input() : open_bytes(path);
  RunJsonReader reader{*source};
  if (!store) {
    while (const auto run = reader.next()) {
      ++tally.imported;
      print(fmt::format("{}  {}\n", run->header.id.text(), plain_text(run->header.name)));
    }
    return;
  }
  Tally inside;
  store->at_once([&](Store& all) {
    while (const auto run = reader.next()) ++(all.save(*run) ? inside.imported : inside.there);
  });
  tally = inside;
}

int import_json_file(const Commands& commands, const ImportArguments& arguments) {
  Tally tally;
  const auto store = arguments.dry_run ? nullptr : store_to_write(commands);
  import_json(store.get(), arguments.path, tally);
  inform(arguments.dry_run
             ? fmt::format("{} runs would be imported\n", tally.imported)
             : fmt::format("{} runs imported, {} there already\n", tally.imported, tally.there));
  return 0;
}

int import(const Commands& commands, ImportArguments arguments) {
  if (arguments.format.starts_with("json")) return import_json_file(commands, arguments);
  const auto format = import_format_from(arguments.format);
  if (!format) {
    throw UsageError{"there is no format '" + plain_text(arguments.format) + "'" +
                     suggestion(arguments.format, kFormats)};
  }
  if (arguments.period_s > 0) arguments.options.period = Seconds{arguments.period_s};
  arguments.options.utc_offset = std::chrono::minutes{arguments.utc_offset_minutes};
  ImportReport report;
  const auto items = discover(*format, arguments.path, arguments.options, report);
  Tally tally;
  if (arguments.dry_run) {
    for (const auto& item : items) {
      print(fmt::format("{}  {} bytes  {}\n", plain_text(item.name), item.bytes,
                        plain_text(item.path.string())));
    }
  } else {
    const auto store = store_to_write(commands);
    auto there = runs_in(*store);
    for (const auto& item : items) {
      if (!import_one(*store, there, item, arguments.options, report, tally)) break;
    }
  }
  for (const auto& one : report.warnings) {
    warn(fmt::format("{}: {} x {}: {}", one.path, one.count, one.name, one.detail));
  }
  if (arguments.dry_run) {
    inform(fmt::format("{} runs would be imported\n", items.size()));
  } else {
    inform(fmt::format("{} runs imported, {} there already, {} refused\n", tally.imported,
                       tally.there, tally.failed));
  }
  return tally.failed > 0 ? 1 : 0;
}

}  // namespace

void add_import(Commands& commands) {
  const auto arguments = std::make_shared<ImportArguments>();
  auto& importer =
      commands.add("import", "Bring in what other tools have measured",
                   "erg import nvidia-smi power.csv --name idle --dry-run\n\n"
                   "A Mac tells its power by Apple's powermetrics; erg itself is built "
                   "for Linux:\n  sudo powermetrics --samplers cpu_power,gpu_power | "
                   "ssh HOST erg import powermetrics -",
                   [&commands, arguments] { return import(commands, *arguments); });
  std::string formats;
  for (const auto name : kFormats) formats += (formats.empty() ? "" : ", ") + std::string{name};
  importer.add_option("FORMAT", arguments->format, formats)->required()->type_name("");
  importer.add_option("PATH", arguments->path, "A file or a folder; '-': standard input")
      ->required()
      ->type_name("");
  importer.add_flag("--dry-run", arguments->dry_run, "List what would be imported, change nothing");
  importer.add_option("--name", arguments->options.name, "Of the run (default: from the path)");
  importer.add_option("--device", arguments->options.device, "Name of the device, if not in it");
  importer.add_option("--period", arguments->period_s, "Of rows without a time stamp")
      ->check(more_than(0))
      ->type_name("SECONDS");
  importer.add_option("--utc-offset", arguments->utc_offset_minutes, "Of local time stamps")
      ->type_name("MINUTES");
  auto& columns = arguments->options.columns;
  importer.add_option("--time-column", columns.time, "csv: which column is the time")
      ->capture_default_str();
  importer.add_option("--power-column", columns.power, "csv: which column is the power")
      ->capture_default_str();
  importer.add_option("--time-unit", columns.time_unit, "csv: s, ms, us or ns")
      ->check(CLI::IsMember({"s", "ms", "us", "ns"}))
      ->capture_default_str();
  importer.add_option("--power-unit", columns.power_unit, "csv: W, mW or kW")
      ->check(CLI::IsMember({"W", "mW", "kW"}))
      ->capture_default_str();
}

}  // namespace erg
