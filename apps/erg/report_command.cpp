// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "breakdowns.h"
#include "console.h"
#include "erg/file_writer.h"
#include "erg/html_report.h"
#include "erg/store.h"
#include "subcommands.h"

namespace erg {
namespace {

struct ReportOptions {
  std::vector<std::string> runs;
  std::string output;
  bool json = false;
};

// A file name that no shell and no file system stumbles over.
std::string file_name(const Run& run) {
  std::string name;
  for (const char letter : run.header.name) {
    const bool plain = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                       (letter >= 'A' && letter <= 'Z') || letter == '-' || letter == '_';
    name += plain ? letter : '-';
  }
  return "erg-" + name.substr(0, 60) + "-" + run.header.id.text().substr(0, 8) + ".html";
}

std::string written_json(const std::string& path, const std::vector<Run>& runs) {
  nlohmann::ordered_json json{{"path", path}, {"runs", nlohmann::ordered_json::array()}};
  for (const auto& run : runs) json["runs"].push_back(run.header.id.text());
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

int write(const Commands& commands, const ReportOptions& options) {
  if (options.json && options.output == "-") {
    throw UsageError{"standard output has the report (-o -) or --json: not both"};
  }
  const auto store = store_of(commands);
  std::vector<Run> runs;
  for (const auto& word : options.runs) {
    runs.push_back(load_with_breakdowns(*store, store->find(word)));
  }
  const std::string path = options.output.empty() ? file_name(runs.front()) : options.output;
  const std::string html = html_report(runs);
  if (path == "-") {
    print(html);
  } else {
    replace_file(path, html);
    print(options.json ? written_json(path, runs) : path + "\n");
  }
  return 0;
}

}  // namespace

void add_report(Commands& commands) {
  const auto options = std::make_shared<ReportOptions>();
  auto& report = commands.add("report", "One HTML file that shows runs to anyone",
                              "erg report last -o report.html",
                              [&commands, options] { return write(commands, *options); });
  report.add_option("RUN", options->runs, "Ids, their beginnings, names, or 'last'")
      ->required()
      ->type_name("");
  report
      .add_option("-o,--output", options->output,
                  "The file; '-': standard output (default: named after the run, here)")
      ->type_name("FILE");
  report.add_flag("--json", options->json, "The file's path and the runs in it, as JSON");
}

}  // namespace erg
