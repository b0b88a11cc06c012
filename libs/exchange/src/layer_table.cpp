// SPDX-License-Identifier: Apache-2.0
#include "layer_table.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "erg/csv_reader.h"
#include "erg/format_error.h"
#include "erg/python_literal.h"

namespace erg::exchange {
namespace {

using Kind = PythonLiteral::Kind;

class Reader {
 public:
  Reader(const std::filesystem::path& path, ImportReport& report) : path_{path}, report_{report} {}

  LayerTable read() {
    const auto source = open_bytes(path_);
    CsvReader reader{*source};
    if (!reader.next()) return {};
    const std::size_t epochs = reader.fields().size();
    for (std::uint32_t step = 0; reader.next(); ++step) {
      if (reader.fields().size() != epochs) {
        ++malformed_;
        continue;
      }
      for (std::uint32_t epoch = 0; epoch < epochs; ++epoch) {
        read_cell(reader.fields()[epoch], epoch, step);
      }
    }
    warn();
    return std::move(table_);
  }

 private:
  void read_cell(std::string_view text, std::uint32_t epoch, std::uint32_t step) {
    if (text.empty()) return;
    seen_.clear();
    try {
      literal_.parse(text);
      if (literal_.root().kind != Kind::dict) throw FormatError{"no dict"};
      read_dict(0, "", epoch, step);
    } catch (const FormatError&) {
      ++malformed_;
    }
  }

  void read_dict(std::size_t dict, const std::string& prefix, std::uint32_t epoch,
                 std::uint32_t step) {
    const auto nodes = literal_.nodes();
    for (std::size_t key = dict + 1; key < nodes[dict].next;) {
      const std::size_t value = nodes[key].next;
      const std::string name = prefix + std::string{nodes[key].text};
      if (nodes[value].kind == Kind::dict) {
        read_dict(value, name + ".", epoch, step);
      } else {
        read_layer(value, name, epoch, step);
      }
      key = nodes[value].next;
    }
  }

  void read_layer(std::size_t value, const std::string& name, std::uint32_t epoch,
                  std::uint32_t step) {
    const auto nodes = literal_.nodes();
    const auto& node = nodes[value];
    const bool sequence = node.kind == Kind::tuple || node.kind == Kind::list;
    if (!sequence || node.size < 2 || node.next != value + node.size + 1) {
      ++malformed_;
      return;
    }
    if (!seen_.insert(name).second) ++overwritten_;
    const double energy_j =
        node.size > 2 ? nodes[value + 3].number : std::numeric_limits<double>::quiet_NaN();
    table_.cells.push_back(
        {epoch, step, id_of(name), nodes[value + 1].number, nodes[value + 2].number, energy_j});
  }

  std::uint32_t id_of(const std::string& name) {
    const auto [place, added] = ids_.try_emplace(name, static_cast<std::uint32_t>(ids_.size()));
    if (added) table_.names.push_back(name);
    return place->second;
  }

  // The study's first layer files took the class for the name, so that the second ReLU of a network
  // overwrote the first: such names have no number at their end.
  static bool names_a_class(const std::string& name) {
    return name.empty() || name.back() < '0' || name.back() > '9';
  }

  void warn() {
    report_.warn("cells_malformed", path_.string(), malformed_,
                 "cells or layers that are not {name: (start, end)}; skipped");
    report_.warn("layers_overwritten", path_.string(), overwritten_,
                 "layers whose name stands twice in one cell");
    const auto classes = std::ranges::count_if(table_.names, names_a_class);
    report_.warn("layers_by_class", path_.string(), static_cast<std::uint64_t>(classes),
                 "layers named by their class alone: where a network has several, the study kept "
                 "the last one only");
  }

  std::filesystem::path path_;
  ImportReport& report_;
  PythonLiteral literal_;
  LayerTable table_;
  std::map<std::string, std::uint32_t> ids_;
  std::set<std::string> seen_;
  std::uint64_t malformed_ = 0;
  std::uint64_t overwritten_ = 0;
};

}  // namespace

LayerTable read_layers(const std::filesystem::path& folder, ImportReport& report) {
  for (const char* name : {"layer_energy.csv", "layer_time.csv"}) {
    if (std::filesystem::exists(folder / name)) return Reader{folder / name, report}.read();
  }
  return {};
}

}  // namespace erg::exchange
