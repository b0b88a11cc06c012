// SPDX-License-Identifier: Apache-2.0
#include "fit_work.h"

#include <algorithm>
#include <array>
#include <map>

#include "console.h"
#include "erg/catalogue.h"
#include "erg/energy_model.h"
#include "network_source.h"

namespace erg {
namespace {

constexpr std::array<std::string_view, 8> kCounted{"macs",      "parameters", "bytes", "kernels",
                                                   "step_macs", "layers",     "depth", "branches"};

std::int64_t bytes_of(const std::string& precision) {
  return precision == "bf16" || precision == "fp16" ? 2 : 4;
}

}  // namespace

Complexity complexity_of(const std::string& network, const std::string& input, std::int64_t classes,
                         std::int64_t batch, const std::string& precision) {
  NetworkSource source;
  source.word = network;
  if (!input.empty()) {
    source.input = shape_from(input);
    if (!source.input) {
      throw UsageError{"an input is like 3x224x224, and '" + plain_text(input) + "' is not"};
    }
  }
  if (classes > 0) source.classes = classes;
  CountOptions options;
  options.batch = batch > 0 ? batch : 1;
  options.bytes_per_number = bytes_of(precision);
  const Network built = read_network(source, options);
  return count(built, options);
}

void add_work(Observations& table, const std::string& input, std::int64_t classes) {
  bool all = !table.rows.empty();
  std::vector<Complexity> counted(table.rows.size());
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    Observation& row = table.rows[i];
    const CatalogueEntry* entry = find_in_catalogue(row.network);
    if (!entry) {
      all = false;
      continue;
    }
    row.family = entry->family;
    const auto& shape = row.input.empty() ? input : row.input;
    counted[i] = complexity_of(row.network, shape, classes, static_cast<std::int64_t>(row.batch),
                               row.precision);
    if (row.input.empty()) row.input = to_string(counted[i].inputs.front());
    if (row.batch > 0) row.work = step_work(counted[i]);
  }
  if (!all) return;
  for (const auto name : kCounted) {
    if (std::ranges::find(table.features, name) != table.features.end()) continue;
    table.features.emplace_back(name);
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
      table.rows[i].features.push_back(network_feature(counted[i], name).value_or(0));
    }
  }
}

void add_rates(Observations& table) {
  const auto macs = std::ranges::find(table.features, "macs") - table.features.begin();
  for (auto& row : table.rows) {
    const auto place = static_cast<std::size_t>(macs);
    if (row.rate || place >= row.features.size() || !row.time || !(row.images > 0)) continue;
    row.rate = row.features[place] * row.images / row.time->count();
  }
  const auto has = [](const Observation& row) { return row.rate.has_value(); };
  if (std::ranges::none_of(table.rows, has)) {
    throw UsageError{
        "a rate is MACs by time: the rows need macs (or networks of the catalogue), a time and "
        "images (--images), or a column of their own (--columns rate=COLUMN)"};
  }
}

}  // namespace erg
