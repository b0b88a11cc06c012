// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "erg/time.h"

namespace erg::testing {

// A moment of a test's part, and an interval between two, in seconds.
inline Timestamp at(double seconds) { return timestamp(Seconds{seconds}); }
inline Interval between(double begin, double end) { return {at(begin), at(end)}; }

}  // namespace erg::testing
