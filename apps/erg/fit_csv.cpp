// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>

#include "console.h"
#include "data_sizes.h"
#include "erg/byte_source.h"
#include "erg/csv_reader.h"
#include "erg/decimal.h"
#include "erg/format_error.h"
#include "erg/least_squares.h"
#include "erg/lower_case.h"
#include "erg/suggest.h"
#include "fit_names.h"
#include "fit_table.h"
#include "fit_units.h"
#include "fit_work.h"

namespace erg {
namespace {

// What a column may mean, and the names by which it is found where nobody says.
struct Role {
  std::string_view name;
  std::array<std::string_view, 4> usual;
};
constexpr std::array kRoles{
    Role{"network", {"network", "model", "name", ""}},
    Role{"energy", {"energy_j", "energy", "TotalEnergyPerEpoch", "energy_kwh"}},
    Role{"time", {"time_s", "time", "AverageTimeperEpoch", "duration_s"}},
    Role{"macs", {"macs", "MACs", "", ""}},
    Role{"parameters", {"parameters", "params", "", ""}},
    Role{"batch", {"batch", "batch_size", "", ""}},
    Role{"images", {"images", "", "", ""}},
    Role{"device", {"device", "gpu", "", ""}},
    Role{"data", {"data", "dataset", "", ""}},
    Role{"precision", {"precision", "", "", ""}},
    Role{"rate", {"macs_per_s", "rate", "", ""}},
};

struct CsvTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::uint64_t> lines;
};

CsvTable read(const std::string& path) {
  CsvTable table;
  const auto bytes = path == "-" ? standard_input() : open_bytes(path);
  CsvReader reader{*bytes};
  if (!reader.next()) throw FormatError{path + " is empty: a header and rows are wanted"};
  table.header.assign(reader.fields().begin(), reader.fields().end());
  while (reader.next()) {
    if (reader.fields().size() != table.header.size()) {
      throw FormatError{path + ", line " + std::to_string(reader.line()) + ": " +
                        std::to_string(reader.fields().size()) + " fields, and the header has " +
                        std::to_string(table.header.size())};
    }
    table.rows.emplace_back(reader.fields().begin(), reader.fields().end());
    table.lines.push_back(reader.line());
  }
  if (table.rows.empty()) throw FormatError{path + " has a header and no rows"};
  return table;
}

// One column, or the product or quotient of two: "mean_power*total_time".
class Column {
 public:
  Column(const CsvTable& table, const std::string& text) : name_{text} {
    if (const auto whole = place(table, text)) {
      first_ = *whole;
      return;
    }
    const auto sign = text.find_first_of("*/");
    if (sign == std::string::npos) missing(table, text);
    divide_ = text[sign] == '/';
    const auto left = text.substr(0, sign);
    const auto right = text.substr(sign + 1);
    const auto first = place(table, left);
    second_ = place(table, right);
    if (!first) missing(table, left);
    if (!second_) missing(table, right);
    first_ = *first;
  }

  const std::string& name() const { return name_; }
  std::size_t index() const { return first_; }

  double number(const std::vector<std::string>& row) const {
    const double a = cell(row[first_]);
    if (!second_) return a;
    const double b = cell(row[*second_]);
    return divide_ ? a / b : a * b;
  }

 private:
  static double cell(const std::string& text) {
    return parse_number(text).value_or(std::numeric_limits<double>::quiet_NaN());
  }
  static std::optional<std::size_t> place(const CsvTable& table, const std::string& name) {
    const std::vector<std::string_view> header{table.header.begin(), table.header.end()};
    return find_column(header, name);
  }
  [[noreturn]] static void missing(const CsvTable& table, const std::string& name) {
    const std::vector<std::string_view> header{table.header.begin(), table.header.end()};
    std::string known;
    for (const auto& one : header) known += (known.empty() ? "" : ", ") + std::string{one};
    throw UsageError{"the table has no column '" + name + "'" + suggestion(name, header) +
                     "; it has " + known};
  }

  std::string name_;
  std::size_t first_ = 0;
  std::optional<std::size_t> second_;
  bool divide_ = false;
};

// Of several files, each is of a data set: the known one that its name begins with, else its name.
std::string data_named(const std::string& path) {
  const auto stem = std::filesystem::path{path}.stem().string();
  auto letters = lower_case(stem);
  std::erase(letters, '_');
  for (const auto& one : kDataSizes) {
    std::string known{one.name};
    std::erase(known, '_');
    if (letters.starts_with(known)) return std::string{one.name};
  }
  return stem;
}

std::int64_t known_images(std::string_view data) {
  const auto found = std::ranges::find(kDataSizes, data, &DataSize::name);
  return found == kDataSizes.end() ? 0 : found->images;
}

class Reader {
 public:
  // `data`: of which data set the file is, where no column says so.
  Reader(const TableOptions& options, CsvTable table, std::string data)
      : options_{options},
        table_{std::move(table)},
        data_{std::move(data)},
        names_{network_names(options.names)} {
    map_columns();
    for (std::size_t i = 0; i < table_.header.size(); ++i) {
      if (numeric(i)) features_.emplace_back(table_, table_.header[i]);
    }
  }

  Observations read_rows() {
    Observations result;
    result.source = options_.csv;
    result.unit = options_.unit;
    for (const auto& [name, column] : mapped_) {
      if (!is_word(name)) result.features.push_back(name);
    }
    for (const auto& column : features_) {
      if (std::ranges::find(result.features, column.name()) == result.features.end()) {
        result.features.push_back(column.name());
        plain_.push_back(&column);
      }
    }
    for (const auto& row : table_.rows) result.rows.push_back(observation(row));
    add_work(result, options_.input, options_.classes);
    return result;
  }

 private:
  void map_columns() {
    for (const auto& word : options_.columns) {
      const auto sign = word.find('=');
      if (sign == std::string::npos || sign == 0) {
        throw UsageError{"a column is named as energy=TotalEnergyPerEpoch, not '" + word + "'"};
      }
      mapped_.emplace(word.substr(0, sign), Column{table_, word.substr(sign + 1)});
    }
    const std::vector<std::string_view> header{table_.header.begin(), table_.header.end()};
    for (const auto& role : kRoles) {
      for (const auto name : role.usual) {
        if (name.empty() || mapped_.contains(std::string{role.name})) continue;
        if (find_column(header, name)) {
          mapped_.emplace(role.name, Column{table_, std::string{name}});
        }
      }
    }
  }

  // Roles whose columns hold names, not numbers.
  static bool is_word(std::string_view role) {
    return role == "network" || role == "device" || role == "data" || role == "precision";
  }

  bool numeric(std::size_t column) const {
    return std::ranges::any_of(
        table_.rows, [column](const auto& row) { return parse_number(row[column]).has_value(); });
  }

  const Column* column(const std::string& role) const {
    const auto found = mapped_.find(role);
    return found == mapped_.end() ? nullptr : &found->second;
  }

  Observation observation(const std::vector<std::string>& row) const {
    Observation result;
    if (const auto* network = column("network")) {
      result.label = row[network->index()];
      result.network = network_named(names_, result.label);
    }
    const auto word = [&](const char* role, const std::string& otherwise) {
      return column(role) ? row[column(role)->index()] : otherwise;
    };
    if (!column("network")) result.network = options_.network;
    result.device = word("device", options_.device);
    result.data = word("data", data_);
    result.input = options_.input;
    result.precision = word("precision", options_.precision);
    const auto whole = [&](const char* role, std::int64_t otherwise) {
      return column(role) ? column(role)->number(row) : static_cast<double>(otherwise);
    };
    result.batch = whole("batch", options_.batch);
    result.images = whole("images", options_.images > 0 ? options_.images : known_images(data_));
    if (const auto* energy = column("energy")) {
      result.energy =
          Joules{energy->number(row) * energy_factor(energy->name(), options_.energy_unit)};
    }
    if (const auto* time = column("time")) {
      result.time = Seconds{time->number(row) * time_factor(time->name(), options_.time_unit)};
    }
    if (const auto* rate = column("rate")) result.rate = rate->number(row);
    for (const auto& [name, one] : mapped_) {
      if (!is_word(name)) result.features.push_back(one.number(row));
    }
    for (const auto* one : plain_) result.features.push_back(one->number(row));
    return result;
  }

  const TableOptions& options_;
  CsvTable table_;
  std::string data_;
  std::map<std::string, std::string> names_;
  std::map<std::string, Column> mapped_;
  std::vector<Column> features_;
  std::vector<const Column*> plain_;
};

}  // namespace

Observations table_from_csv(const TableOptions& options) {
  if (options.more.empty()) return Reader{options, read(options.csv), ""}.read_rows();
  Observations table = Reader{options, read(options.csv), data_named(options.csv)}.read_rows();
  for (const auto& file : options.more) {
    const Observations more = Reader{options, read(file), data_named(file)}.read_rows();
    if (more.features != table.features) {
      throw FitError{"the columns of " + file + " are not those of " + options.csv};
    }
    table.source += " and " + file;
    table.rows.insert(table.rows.end(), more.rows.begin(), more.rows.end());
  }
  return table;
}

}  // namespace erg
