// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "console.h"
#include "erg/least_squares.h"
#include "fit_table.h"
#include "fit_work.h"
#include "run_filter.h"
#include "unit_measure.h"

namespace erg {
namespace {

std::int64_t classes_of(const std::string& data) {
  if (data == "cifar100") return 100;
  if (data == "fashion_mnist" || data == "mnist" || data == "cifar10") return 10;
  return 0;  // the network's own
}

std::optional<Watts> cap_of(const Run& run) {
  for (const auto& part : run.parts) {
    for (const auto& device : part.header.devices) {
      if (device.kind == DeviceKind::gpu && device.power_limit) return device.power_limit;
    }
  }
  return std::nullopt;
}

Observation observation(const Run& run, const RunSummary& summary, const TableOptions& options) {
  const Workload& work = run.header.environment.workload;
  Observation row;
  row.label = run.header.name.empty() ? run.header.id.text().substr(0, 8) : run.header.name;
  row.network = work.network;
  row.device = summary.device;
  row.input = work.input;
  row.precision = work.precision;
  row.data = work.data;
  row.batch = static_cast<double>(work.batch);
  const UnitMeasure measured = unit_measure(run, options.unit);
  row.energy = measured.energy;
  row.time = measured.time;
  row.images = measured.images;
  if (options.images > 0) row.images = static_cast<double>(options.images);
  row.features = {row.batch};
  if (const auto cap = cap_of(run)) row.features.push_back(cap->value());
  return row;
}

// Newest first, as the runs are.
void add_epochs(const Run& run, const Observation& mean, Observations& table) {
  const Breakdown* epochs = measured_breakdown(run, Grouping::epoch);
  if (!epochs) return;
  for (auto row = epochs->rows.rbegin(); row != epochs->rows.rend(); ++row) {
    Observation one = mean;
    one.label += " " + row->name;
    one.energy = row->energy ? std::optional{row->energy->value} : std::nullopt;
    one.time = row->time ? std::optional{row->time->value} : std::nullopt;
    table.rows.push_back(std::move(one));
  }
}

// Networks are counted at their own classes: tables of one data set have one number of them.
void count_networks(Observations& table) {
  std::string data;
  for (const auto& row : table.rows) data = row.data;
  add_work(table, "", classes_of(data));
}

}  // namespace

Observations table_from_runs(const Store& store, const TableOptions& options) {
  const RunFilter filter{options.where};
  Observations table;
  table.unit = options.unit;
  table.source = store.url() + (options.where.empty() ? "" : ", " + options.where);
  table.features = {"batch", "cap_w"};
  std::size_t left_out = 0;
  const auto runs = store.list();
  filter.require_fields(runs);
  for (const auto& summary : runs) {
    if (!filter.matches(summary) || summary.status == RunStatus::running) continue;
    const Run run = store.load(summary.id);
    const Observation row = observation(run, summary, options);
    if (!row.energy && !row.time) {
      ++left_out;
    } else if (options.each_epoch) {
      add_epochs(run, row, table);
    } else {
      table.rows.push_back(row);
    }
  }
  if (left_out > 0) {
    warn(std::to_string(left_out) + " runs have no energy or time by " + options.unit +
         " and are left out");
  }
  if (table.rows.empty()) {
    throw FitError{
        "no stored run matches; erg runs list --where shows what there is, --csv FILE "
        "takes a table"};
  }
  std::ranges::reverse(table.rows);  // oldest first
  const bool capped =
      std::ranges::all_of(table.rows, [](const auto& row) { return row.features.size() == 2; });
  if (!capped) {
    table.features.pop_back();
    for (auto& row : table.rows) row.features.resize(1);
  }
  count_networks(table);
  return table;
}

}  // namespace erg
