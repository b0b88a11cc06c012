// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "erg/channel.h"
#include "erg/device.h"
#include "json.h"

namespace erg {

Json device_json(const Device& device);
Json channel_json(const Channel& channel);

}  // namespace erg
