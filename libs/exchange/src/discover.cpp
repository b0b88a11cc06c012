// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "erg/cap_trace_file.h"
#include "erg/format_error.h"
#include "erg/importer.h"
#include "importers.h"
#include "power_file.h"
#include "thesis_path.h"

namespace erg {
namespace {

namespace fs = std::filesystem;

using Names = std::set<std::string>;

// What the names of a folder's files say it is.
bool study_run(const Names& names) {
  return names.contains("forward.npy") || names.contains("forward_energy.npy") ||
         names.contains("forward.csv") || names.contains("epoch.npy") ||
         names.contains("layer_time.csv") || names.contains("layer_energy.csv");
}
bool early_run(const Names& names) {
  return !study_run(names) &&
         (names.contains("Epoch_energy.npy") || names.contains("Energy_AllEpochs.npy") ||
          names.contains("Epoch_time.npy"));
}
bool power_only(const Names& names) {
  return !study_run(names) && names.contains("energy_consumption_file.csv");
}
bool powermetrics_log(const std::string& name) {
  return name.ends_with(".txt") && (name.starts_with("pm_") || name.starts_with("energy_"));
}
bool smi_log(const std::string& name) {
  return name.starts_with("gpu_power_usage") && name.ends_with(".csv");
}

// Collects what lies under a path.
class Search {
 public:
  Search(ImportFormat format, const ImportOptions& options, ImportReport& report)
      : format_{format}, options_{options}, report_{report} {}

  std::vector<ImportItem> run(const fs::path& path) {
    if (path == "-") {
      add(format_, path, {}, 0);
      return std::move(items_);
    }
    std::error_code problem;
    const auto status = fs::status(path, problem);
    if (!fs::exists(status)) {
      throw FormatError{fmt::format("{}: no such file or folder", path.string())};
    }
    if (fs::is_directory(status)) {
      search_folder(path);
    } else {
      add_file(path);
    }
    if (items_.empty()) {
      report_.warn("nothing_found", path.string(), 1,
                   fmt::format("no file here is of the format {}", to_string(format_)));
    }
    return std::move(items_);
  }

 private:
  void search_folder(const fs::path& root) {
    std::map<fs::path, Names> folders;  // sorted, whatever the file system's order
    std::error_code problem;
    const auto options = fs::directory_options::skip_permission_denied;
    for (auto entry = fs::recursive_directory_iterator{root, options, problem};
         !problem && entry != fs::recursive_directory_iterator{}; entry.increment(problem)) {
      if (entry->is_regular_file(problem)) {
        folders[entry->path().parent_path()].insert(entry->path().filename().string());
      }
      problem.clear();
    }
    for (const auto& [folder, names] : folders) {
      try {
        visit(folder, names);
      } catch (const FormatError& error) {
        report_.warn("file_unreadable", folder.string(), 1, error.what());
      }
    }
  }

  void visit(const fs::path& folder, const Names& names) {
    switch (format_) {
      case ImportFormat::thesis:
        return visit_study(folder, names);
      case ImportFormat::blocks:
        if (names.contains("blocks.csv") && names.contains("samples.csv")) {
          add(format_, folder, name_of(folder), size_of(folder, names));
        }
        return;
      case ImportFormat::meter_trace:
        if (names.contains("PMD_data.bin")) {
          add(format_, folder, name_of(folder), size_of(folder, names));
        }
        return;
      default:
        for (const auto& name : names) visit_file(folder / name);
    }
  }

  // The study's archive holds other tools' files, too.
  void visit_study(const fs::path& folder, const Names& names) {
    if (study_run(names) || early_run(names)) {
      const std::string key = exchange::thesis_place(folder).key();
      add(ImportFormat::thesis, folder, key.empty() ? name_of(folder) : key,
          size_of(folder, names));
    } else if (power_only(names)) {
      add_sessions(folder);
    }
    for (const auto& name : names) {
      if (smi_log(name)) add(ImportFormat::nvidia_smi, folder / name, name_of(folder / name));
      if (powermetrics_log(name)) {
        add(ImportFormat::powermetrics, folder / name, name_of(folder / name));
      }
      if (name == "emissions.csv") add_emissions(folder / name);
    }
  }

  // Without arrays each session of a power file is a run of its own.
  void add_sessions(const fs::path& folder) {
    const exchange::PowerTable table{folder / "energy_consumption_file.csv"};
    ImportReport told_when_imported;
    const auto scan = exchange::scan_power(table, told_when_imported);
    const std::string key = exchange::thesis_place(folder).key();
    for (std::size_t i = 0; i < scan.sessions.size(); ++i) {
      add(ImportFormat::thesis, folder, key.empty() ? name_of(folder) : key,
          fs::file_size(table.path));
      items_.back().index = i;
    }
  }

  void visit_file(const fs::path& path) {
    const std::string name = path.filename().string();
    switch (format_) {
      case ImportFormat::codecarbon:
        if (name.find("emissions") != std::string::npos && name.ends_with(".csv")) {
          add_emissions(path);
        }
        return;
      case ImportFormat::powermetrics:
        if (name.ends_with(".txt") || name.ends_with(".log")) add_file(path);
        return;
      default:
        if (name.ends_with(".csv") || name.ends_with(".csv.gz")) add_file(path);
    }
  }

  void add_file(const fs::path& path) {
    if (format_ == ImportFormat::codecarbon) return add_emissions(path);
    if (format_ == ImportFormat::zeus) return add_cap_rows(path);
    if (format_ == ImportFormat::thesis || format_ == ImportFormat::blocks ||
        format_ == ImportFormat::meter_trace) {
      throw FormatError{
          fmt::format("{}: a file; {} wants a folder", path.string(), to_string(format_))};
    }
    add(format_, path, name_of(path));
  }

  void add_emissions(const fs::path& path) {
    const std::size_t rows = exchange::codecarbon_rows(path);
    for (std::size_t i = 0; i < rows; ++i) {
      add(ImportFormat::codecarbon, path, fmt::format("{} {}", name_of(path), i + 1));
      items_.back().index = i;
    }
  }

  void add_cap_rows(const fs::path& path) {
    const auto rows = read_cap_trace_rows(path, report_);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      add(ImportFormat::zeus, path,
          fmt::format("{} {} {} W", rows[i].device, rows[i].workload(), rows[i].cap.value()), 0);
      items_.back().index = i;
    }
  }

  static std::string name_of(const fs::path& path) {
    const auto whole = fs::weakly_canonical(path);
    return (whole.parent_path().filename() / whole.stem()).string();
  }

  static std::uint64_t size_of(const fs::path& folder, const Names& names) {
    std::uint64_t size = 0;
    for (const auto& name : names) {
      std::error_code problem;
      const auto bytes = fs::file_size(folder / name, problem);
      size += problem ? 0 : bytes;
    }
    return size;
  }

  void add(ImportFormat format, const fs::path& path, const std::string& name,
           std::optional<std::uint64_t> bytes = std::nullopt) {
    std::error_code problem;
    const std::uint64_t size = bytes ? *bytes : fs::file_size(path, problem);
    items_.push_back(
        {format, path, 0, options_.name.empty() ? name : options_.name, problem ? 0 : size});
  }

  ImportFormat format_;
  const ImportOptions& options_;
  ImportReport& report_;
  std::vector<ImportItem> items_;
};

}  // namespace

namespace exchange {

bool is_early(const std::filesystem::path& folder) {
  Names names;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator{folder, problem}) {
    names.insert(entry.path().filename().string());
  }
  return early_run(names);
}

}  // namespace exchange

std::vector<ImportItem> discover(ImportFormat format, const fs::path& path,
                                 const ImportOptions& options, ImportReport& report) {
  return Search{format, options, report}.run(path);
}

}  // namespace erg
