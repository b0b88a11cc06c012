// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "erg/device.h"
#include "erg/estimator.h"
#include "erg/idle_sensor.h"
#include "erg/sensor_check.h"
#include "erg/store.h"

namespace erg {

// What `erg sensors check` learnt of a device, as the store keeps it for the runs to come.
struct DeviceProfile {
  std::string device;  // Device::id
  std::string name;
  std::string host;
  std::vector<ChannelProfile> channels;
  std::optional<IdleMaxModel> cpu_model;  // of all CPUs together, in the profile of the first
  UtcTime taken;                          // set by the store
};

void save_profile(Store& store, const DeviceProfile& profile);

// The latest of a device: of a card wherever it is, of anything else on that host. Empty where
// there is none, or what is there cannot be read.
std::optional<DeviceProfile> find_profile_of(const Store& store, const Device& device,
                                             const std::string& host);

// The model that the profile of this host's CPU holds, for a run that cannot read its counter.
std::optional<IdleMaxModel> calibrated_cpu_model(const Store& store, const std::string& host);

// Cold idle: what the device would have drawn without the work. By the channel that runs read, or
// the first that knows.
std::optional<IdlePower> idle_power(const DeviceProfile& profile);

}  // namespace erg
