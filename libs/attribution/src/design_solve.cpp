// SPDX-License-Identifier: Apache-2.0
#include "erg/design_solve.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "design_rows.h"
#include "hosts.h"
#include "trained_step.h"
#include "words.h"

namespace erg {
namespace {

using attribution::DesignRows;
using attribution::MeasuredDevice;

struct Profile {
  std::vector<Block> blocks;
  MeasuredDevice device;
  std::vector<const Part*> parts;  // of its host
  bool several = false;
};

// Blocks of a program that knows no thermometer get the card's own.
void add_temperatures(const MeasuredDevice& device, std::vector<Block>& blocks) {
  for (const Part* part : device.parts) {
    for (const Timeline& line : part->timelines) {
      if (line.channel().unit != Unit::celsius || line.channel().device != device.device.id) {
        continue;
      }
      for (Block& block : blocks) {
        const Timestamp middle = block.interval.begin + block.interval.length() / 2;
        if (!block.temperature_c) block.temperature_c = line.value_at(middle);
      }
      return;
    }
  }
}

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
      profile.parts = host.parts;
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
  add_temperatures(profile.device, profile.blocks);
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

// What training itself took a step, beside what the profile says.
void compare_with_training(const Profile& profile, Joules step, std::vector<std::string>& notes) {
  const auto trained = attribution::trained_step(profile.parts, profile.device);
  if (!trained) return;
  std::string note = "a step of the profile took " +
                     attribution::percent(step / trained->energy - 1) + " against the " +
                     std::to_string(trained->steps) + " steps of the training (" +
                     words("%.4g J each, %.3g W)", trained->energy.value(),
                           trained->energy.value() / trained->time.count());
  if (trained->waiting > 0.01) {
    note += words("; those waited for data %.0f %% of their time", 100 * trained->waiting, 0);
  }
  notes.push_back(std::move(note));
}

}  // namespace

DesignFit fit_designs(const Run& run, const std::string& device) {
  const Profile profile = profile_of(run, device);
  return fit_designs(profile.blocks, *profile.device.spans);
}

std::optional<Channel> profile_channel(const Run& run, const std::string& device) {
  for (const auto& host : attribution::hosts_of(run)) {
    for (const auto& each : host.devices) {
      if (each.device.id != device || !each.spans) continue;
      Channel channel = each.spans->channel();
      channel.refresh = std::max(channel.refresh, attribution::median_spacing(*each.spans));
      return channel;
    }
  }
  return std::nullopt;
}

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
  compare_with_training(profile, result.total.energy->value, result.notes);
  return result;
}

}  // namespace erg
