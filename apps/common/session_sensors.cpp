// SPDX-License-Identifier: Apache-2.0
#include "session_sensors.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "device_profile.h"
#include "erg/discover.h"
#include "erg/host_info.h"

namespace erg {
namespace {

void add(SensorSet& all, SensorSet&& more) {
  std::ranges::move(more.sensors, std::back_inserter(all.sensors));
  std::ranges::move(more.devices, std::back_inserter(all.devices));
  std::ranges::move(more.notes, std::back_inserter(all.notes));
  std::ranges::move(more.warnings, std::back_inserter(all.warnings));
  std::ranges::move(more.idle, std::back_inserter(all.idle));
}

}  // namespace

SensorSet all_sensors(bool all_gpus, const Store& store) {
  SensorOptions options;
  options.all_gpus = all_gpus;
  options.cpu_model = calibrated_cpu_model(store, host_name());
  return discover(options);
}

SensorSet sensors_of(const SessionRank& rank, const Store& store) {
  if (!rank.gpu) return rank.leads_host ? all_sensors(false, store) : SensorSet{};
  SensorSet all;
  try {
    SensorOptions card;
    card.devices = {*rank.gpu};
    card.all_gpus = true;
    add(all, discover(card));
  } catch (const SensorUnavailable& error) {
    all.warnings.emplace_back(error.what());
  }
  if (!rank.leads_host) return all;
  SensorOptions host;
  host.nvml_library = "none";
  host.cpu_model = calibrated_cpu_model(store, host_name());
  add(all, discover(host));
  return all;
}

}  // namespace erg
