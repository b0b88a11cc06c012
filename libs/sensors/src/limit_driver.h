// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "erg/power_limiter.h"
#include "nvml_library.h"

namespace erg {

// What a limiter asks of the driver. Each throws LimitRefused with the driver's words.

void check(nvml::Return result, const std::string& call);
PowerLimits read_limits(const nvml::Library& library, nvml::Handle card);
ClockLimits read_clocks(const nvml::Library& library, nvml::Handle card);

// The card that has this UUID, the only one whose UUID begins so, or the one of this index.
nvml::Handle find_card(const nvml::Library& library, const std::string& word);

// Sets and looks whether it took: a card may take another limit without a word.
void set_and_verify(const nvml::Library& library, nvml::Handle card, unsigned mw);

// The driver tells of no lock, so there is nothing to look at.
void lock_clock(const nvml::Library& library, nvml::Handle card, unsigned mhz);
void unlock_clock(const nvml::Library& library, nvml::Handle card);

}  // namespace erg
