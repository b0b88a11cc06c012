// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>

#include "console.h"
#include "device_profile.h"
#include "erg/discover.h"
#include "erg/host_info.h"
#include "erg/json_forms.h"
#include "erg/numbers.h"
#include "erg/sampler.h"
#include "erg/store.h"
#include "subcommands.h"

namespace erg {
namespace {

using Align = TextTable::Align;

struct SensorsOptions {
  bool all_gpus = false;
  bool every_channel = false;
  bool json = false;
};

std::string devices_text(const SensorSet& found, TextStyle style) {
  TextTable table{{{"device"}, {"kind"}, {"name"}, {"limit", Align::right}}};
  for (const auto& device : found.devices) {
    table.add({device.id, std::string{to_string(device.kind)}, device.name,
               device.power_limit ? text(*device.power_limit) : "-"});
  }
  return table.text(style);
}

std::string channels_text(const std::vector<Channel>& channels, TextStyle style) {
  TextTable table{{{"device"},
                   {"channel"},
                   {"kind"},
                   {"unit"},
                   {"refresh", Align::right},
                   {"gain ±", Align::right},
                   {"how"}}};
  for (const auto& channel : channels) {
    table.add({channel.device, channel.name, std::string{to_string(channel.kind)},
               std::string{to_string(channel.unit)},
               channel.refresh.count() > 0 ? text(channel.refresh) : "each read",
               channel.gain_u > 0 ? percent(channel.gain_u) : "-",
               fmt::format("{}, {}", to_string(channel.provenance), channel.method)});
  }
  return table.text(style);
}

std::string missing_text(const SensorSet& found) {
  std::string text;
  for (const auto& source : found.missing) {
    text += fmt::format("missing: {}: {}\n", source.source, plain_text(source.reason));
    if (!source.remedy.empty()) text += "         to have it: " + source.remedy + "\n";
  }
  for (const auto& warning : found.warnings) text += "warning: " + plain_text(warning) + "\n";
  for (const auto& note : found.notes) text += "note: " + plain_text(note) + "\n";
  return text;
}

// The model that erg sensors check stored, as runs have it. A store that cannot be had has none.
std::optional<IdleMaxModel> stored_cpu_model(const Commands& commands) {
  constexpr std::string_view kFile = "sqlite:";
  const std::string url = store_url_of(commands);
  std::error_code unknown;
  const bool file = url.starts_with(kFile);
  if (file && !std::filesystem::exists(url.substr(kFile.size()), unknown)) return std::nullopt;
  try {
    return calibrated_cpu_model(*store_of(commands), host_name());
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

int show(const Commands& commands, const SensorsOptions& options) {
  SensorOptions what;
  what.cpu_model = stored_cpu_model(commands);
  what.all_gpus = options.all_gpus;
  what.every_channel = options.every_channel;
  const SensorSet found = discover(what);
  const auto channels = channels_of(found.sensors);
  if (options.json) {
    auto notes = found.warnings;
    notes.insert(notes.end(), found.notes.begin(), found.notes.end());
    print(sensors_json(found.devices, channels, notes, found.missing));
    return 0;
  }
  const TextStyle style = stdout_style();
  print(devices_text(found, style) + "\n" + channels_text(channels, style));
  const std::string missing = missing_text(found);
  if (!missing.empty()) print("\n" + missing);
  return 0;
}

}  // namespace

void add_sensors(Commands& commands) {
  const auto options = std::make_shared<SensorsOptions>();
  auto& sensors =
      commands.add("sensors", "What can be measured here, how, and what is missing",
                   "erg sensors --json", [&commands, options] { return show(commands, *options); });
  sensors.add_flag("--all-gpus", options->all_gpus,
                   "Also the GPUs that CUDA_VISIBLE_DEVICES leaves out");
  sensors.add_flag("--every-channel", options->every_channel,
                   "Also what is contained in another channel");
  sensors.add_flag("--json", options->json, "As JSON");
  add_sensors_check(commands, sensors);
}

}  // namespace erg
