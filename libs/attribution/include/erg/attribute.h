// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "erg/run.h"

namespace erg {

// How the energy of a device becomes the energy of spans (MEASUREMENT.md 3).
enum class AttributionMethod : std::uint8_t {
  automatic,   // designs where the run's blocks tell the grouping, else timeline
  timeline,    // readings integrated over each span
  designs,     // differences between blocks of step designs: of one step
  regression,  // windows of known composition, where it varies enough
};

std::string_view to_string(AttributionMethod method);
std::optional<AttributionMethod> attribution_method_from(std::string_view word);

// The run cannot be divided as asked: what it lacks, and the way out.
class AttributionError : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

// What to divide, and how.
struct AttributionOptions {
  Grouping by = Grouping::phase;
  AttributionMethod method = AttributionMethod::automatic;
  std::string device;  // Device::id; empty: all of the run
  // Layer name -> kind, as the network knows it. A layer that is not there is named by its own
  // name without the number at its end: "Conv2d_0" is a Conv2d.
  std::map<std::string, std::string> layer_kinds;
  // Names of layers as they run. Empty: rows are in the order in which spans came, or by name.
  std::vector<std::string> layer_order;
};

// Divides the energy and time of a run among classes of spans. A pure function of the run.
//
// Rows and the unattributed row add up to the total, in energy and in the time of those rows that
// have one. A GPU's energy follows the spans of its own timeline where it has any of the grouping,
// else the host's; CPU and memory follow the host's. Where a run has a GPU, its phases and layers
// are the GPU's and each host device is one row of kind "device"; else CPU and memory share the
// rows. Parts of one clock share their readings and spans; a device that several ranks use at once
// is shared equally between them, and times are means over ranks, so that they tile the run.
//
// A run without power gives times, and says so in the notes; a stretch without readings is
// unattributed. Throws AttributionError when the device is unknown or the method needs what the
// run does not hold.
Breakdown attribute(const Run& run, const AttributionOptions& options = {});

// Whether a part did work of its own: it trained, or told of something else than that it ran.
bool does_work(const Part& part);

// What a row drew above idle: its energy less `idle` over its time. Shown beside the total, never
// alone. Empty without energy or time.
std::optional<EnergyEstimate> above_idle(const BreakdownRow& row, Watts idle);

}  // namespace erg
