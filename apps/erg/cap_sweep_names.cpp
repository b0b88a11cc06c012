// SPDX-License-Identifier: Apache-2.0
#include "cap_sweep_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "cap_runner.h"
#include "cap_sweeps.h"
#include "erg/decimal.h"

namespace erg {
namespace {

// Of a study: "NAME: alexnet_thesis fashion_mnist b128 e1 fp32 phases", without cap and repetition.
std::string study_name(const RunSummary& run) {
  std::string setting = tag_value(run, "study_training");
  setting.erase(std::min(setting.size(), setting.rfind(" #")));
  const auto last = setting.rfind(' ');
  if (last != std::string::npos) {
    std::string word = setting.substr(last + 1);
    const std::size_t unit = word.ends_with("MHz") ? 3 : word.ends_with('W') ? 1 : 0;
    word.erase(word.size() - unit);
    if (unit > 0 && parse_number(word)) setting.erase(last);
  }
  return tag_value(run, "study") + (setting.empty() ? "" : ": " + setting);
}

}  // namespace

std::string tag_value(const RunSummary& run, const std::string& key) {
  const auto found = run.tags.find(key);
  return found == run.tags.end() ? "" : found->second;
}

std::optional<Level> level_of(const RunSummary& run) {
  for (const CapKind kind : {CapKind::clock, CapKind::power}) {
    const auto told = parse_number(tag_value(run, tag_of(kind)));
    if (told && *told > 0) return Level{kind, Watts{*told}};
  }
  const bool as_found = run.tags.contains("imported") || run.tags.contains("study");
  if (as_found && run.cap) return Level{CapKind::power, *run.cap};
  return std::nullopt;
}

std::string sweep_name_of(const RunSummary& run) {
  if (const std::string name = tag_value(run, cap_tag::kSweep); !name.empty()) return name;
  if (run.tags.contains("study")) return study_name(run);
  const Workload& work = run.workload;
  std::string name = run.device;
  std::string what = work.data;
  if (!work.network.empty()) what += (what.empty() ? "" : "/") + work.network;
  if (what.empty()) what = run.name;
  if (!what.empty()) name += " " + what;
  if (work.batch > 0) name += fmt::format(" batch {}", work.batch);
  if (const std::string optimizer = tag_value(run, "optimizer"); !optimizer.empty()) {
    name += " " + optimizer;
  }
  return name;
}

double samples_of(const std::string& data) {
  if (data == "fashion_mnist" || data == "mnist") return 60000;
  if (data == "cifar10" || data == "cifar100") return 50000;
  if (data == "imagenet") return 1281167;
  return 0;
}

}  // namespace erg
