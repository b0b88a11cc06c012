// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "erg/run.h"
#include "erg/text_table.h"

namespace erg {

// The power of one load of a trace beside a meter, as one channel tells it after its gain is
// corrected.
struct TraceLevel {
  std::string load;
  std::string method;  // the channel, and how it was read
  double gain = 1;     // of the channel: its energy over the meter's
  Watts meter;
  Watts timeline;
  std::optional<Watts> regression;  // empty: not resolved
};

// Every power of the trace against its meter, load by load. The gain is that which the same channel
// has in `gain_from`, a trace of the same card, or in the trace itself. Empty where nothing tells
// when the load changed.
std::vector<TraceLevel> trace_levels(const Run& trace, const std::optional<Run>& gain_from);

nlohmann::ordered_json form(const std::vector<TraceLevel>& levels);
std::string table_of(const std::vector<TraceLevel>& levels, TextStyle style);

}  // namespace erg
