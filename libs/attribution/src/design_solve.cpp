// SPDX-License-Identifier: Apache-2.0
#include "erg/design_solve.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "design_rows.h"
#include "hosts.h"

namespace erg {
namespace {

using attribution::DesignRows;

struct Profile {
  std::vector<Block> blocks;
  attribution::MeasuredDevice device;
  bool several = false;
};

Profile profile_of(const Run& run, const std::string& wanted) {
  Profile profile;
  const auto hosts = attribution::hosts_of(run);
  for (const auto& host : hosts) {
    for (const auto& device : host.devices) {
      if (!wanted.empty() && wanted != device.device.id && wanted != device.name) continue;
      std::vector<Block> blocks;
      for (const Part* part : host.parts) {
        for (const Block& block : part->blocks) {
          if (block.device == device.device.id) blocks.push_back(block);
        }
      }
      if (blocks.empty()) continue;
      profile.several = !profile.blocks.empty();
      if (profile.several) continue;
      profile.blocks = std::move(blocks);
      profile.device = device;
    }
  }
  if (profile.blocks.empty()) {
    throw AttributionError{"the run holds no blocks of step designs" +
                           (wanted.empty() ? "" : " on " + wanted) +
                           ": profile it (erg train --profile phases), or use --method timeline"};
  }
  if (!profile.device.spans) {
    throw AttributionError{"nothing measured the power of " + profile.device.name +
                           " while its blocks ran"};
  }
  return profile;
}

std::string words(const char* format, double a, double b) {
  char text[160];
  std::snprintf(text, sizeof text, format, a, b);
  return text;
}

void describe(const DesignFit& fit, std::vector<std::string>& notes) {
  notes.push_back(
      "energies are of one step; " + std::to_string(fit.blocks) +
      words(" blocks, residual %.2f %%, drift %+.1f %%", 100 * fit.residual, 100 * fit.drift));
  if (fit.temperature_c) {
    notes.push_back(words("at a mean of %.0f C, range %.0f C", *fit.temperature_c,
                          fit.temperature_range_c.value_or(0)));
  }
  if (fit.left_out > 0) {
    notes.push_back(std::to_string(fit.left_out) +
                    " blocks were left out: too short for the sensor, or without readings");
  }
}

}  // namespace

Breakdown solve_designs(const Run& run, const AttributionOptions& options) {
  const Profile profile = profile_of(run, options.device);
  const DesignFit fit = fit_designs(profile.blocks, *profile.device.spans);
  Breakdown result;
  result.by = options.by;
  result.method = "designs";
  result.device = options.device;
  describe(fit, result.notes);
  if (profile.several) {
    result.notes.push_back("of " + profile.device.name + " alone: other devices have blocks too");
  }
  DesignRows rows{fit, profile.device.spans->channel(), profile.device.name};
  switch (options.by) {
    case Grouping::phase:
      rows.phases(result);
      break;
    case Grouping::layer:
    case Grouping::layer_kind:
      rows.layers(options, result);
      break;
    default:
      throw AttributionError{"designs tell phases, layers and layer kinds apart; for " +
                             std::string{to_string(options.by)} + " use --method timeline"};
  }
  return result;
}

}  // namespace erg
