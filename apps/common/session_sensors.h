// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "erg/sensor_set.h"
#include "erg/store.h"
#include "session.h"

namespace erg {

// All that this machine has, with the CPU's model where a check has calibrated one (it is in the
// store). Throws as discover().
SensorSet all_sensors(bool all_gpus, const Store& store);

// Of one rank among several: its own card, and what the host has where it leads it, so that no
// counter is read twice. A card that does not answer is a warning.
SensorSet sensors_of(const SessionRank& rank, const Store& store);

}  // namespace erg
