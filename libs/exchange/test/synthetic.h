// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "erg/format_error.h"
#include "erg/importer.h"
#include "erg/npy.h"
#include "erg/testing/temp_tree.h"

namespace erg::testing {

// The bytes of an array file.
inline std::string npy(std::vector<std::size_t> shape, const std::vector<double>& values) {
  std::ostringstream out;
  write_npy(out, shape, values);
  return out.str();
}

// What a discovery and an import of everything found gave.
struct Imported {
  std::vector<ImportItem> items;
  std::vector<Run> runs;
  ImportReport report;

  const Part& part(std::size_t run = 0) const { return runs.at(run).parts.at(0); }
};

inline Imported import_all(ImportFormat format, const std::filesystem::path& path,
                           const ImportOptions& options = {}) {
  Imported all;
  all.items = discover(format, path, options, all.report);
  for (const ImportItem& item : all.items) {
    all.runs.push_back(collect_run(item, options, all.report));
  }
  return all;
}

template <class Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const FormatError& error) {
    return error.what();
  }
  return "nothing thrown";
}

}  // namespace erg::testing
