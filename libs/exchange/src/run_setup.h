// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "erg/run.h"
#include "importers.h"

namespace erg::exchange {

// A channel of windowed power in watts, as another tool recorded it. Its window is left at 0, not
// known: readings stand at their stamps, as the tool's own integrals take them.
Channel power_channel(std::string name, const std::string& device, double resolution_w,
                      std::string method);
// A counter in joules.
Channel energy_channel(const std::string& device, double resolution_j, Provenance provenance,
                       std::string method);
Channel clock_channel(std::string name, const std::string& device, std::string method);

// A run of one part with the name and start that both share, tagged with where it comes from.
struct RunSetup {
  RunHeader run;
  PartHeader part;
};
RunSetup run_setup(const Import& import, std::string_view key, UtcTime start);

// The one span of a run that has no others.
SpanTable run_span(Interval interval);

}  // namespace erg::exchange
