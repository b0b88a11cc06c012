// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "erg/run.h"
#include "erg/time.h"

namespace erg::store {

std::string host_name();

// Tells a process of this host from earlier ones of the same number: boot, process namespace and
// start time. Empty when there is no such process here.
std::string process_start(std::int64_t process);

// What the store knows of a part whose writer did not say that it ended.
struct PartSigns {
  std::string host;
  std::int64_t process = 0;
  std::string process_start;
  UtcTime heartbeat;
};

// Whether its writer is still there: on this host the process decides, elsewhere whether the last
// heartbeat is younger than ten seconds.
bool alive(const PartSigns& part);

}  // namespace erg::store
