// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "erg/host_clock.h"

namespace erg {

// Calls `read` and stamps its answer with the middle of the clock reads around it.
template <class Read>
auto stamped(const HostClock& clock, Read read) noexcept {
  const Timestamp before = clock.now();
  auto answer = read();
  return std::pair{before + (clock.now() - before) / 2, std::move(answer)};
}

}  // namespace erg
