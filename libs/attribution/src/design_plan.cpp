// SPDX-License-Identifier: Apache-2.0
#include "erg/design_plan.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace erg {
namespace {

// A repetition of more launches than this measures the host (MEASUREMENT.md 3.2).
constexpr double kMostRepetitions = 400;

StepDesign phases(std::string name, bool backward, bool optimizer, bool copy) {
  StepDesign design;
  design.name = std::move(name);
  design.backward = backward;
  design.optimizer = optimizer;
  design.copy = copy;
  return design;
}

StepDesign full_step() { return phases("step", true, true, true); }

StepDesign with_layer(const std::string& layer, Pass pass, std::int32_t repetitions) {
  StepDesign design = full_step();
  design.name = "step with " + layer + " " + std::string{to_string(pass)};
  design.layer = layer;
  design.pass = pass;
  design.repetitions = repetitions;
  return design;
}

std::int32_t half_a_step(Seconds step, Seconds once) {
  return static_cast<std::int32_t>(
      std::clamp(std::round(0.5 * (step / once)), 1.0, kMostRepetitions));
}

struct Placed {
  double place;
  std::size_t design;
};

std::vector<PlannedBlock> in_random_order(std::span<const StepDesign> designs,
                                          const std::vector<std::size_t>& counts,
                                          const ProfileBudget& budget) {
  std::mt19937_64 random{budget.seed};
  std::vector<Placed> placed;
  for (std::size_t design = 0; design < designs.size(); ++design) {
    for (std::size_t i = 0; i < counts[design]; ++i) {
      const double within = static_cast<double>(random() >> 11) * 0x1p-53;
      placed.push_back(
          {(static_cast<double>(i) + within) / static_cast<double>(counts[design]), design});
    }
  }
  std::ranges::stable_sort(placed, {}, &Placed::place);
  std::vector<PlannedBlock> blocks;
  for (const Placed& each : placed) blocks.push_back({designs[each.design], budget.block});
  return blocks;
}

std::size_t affordable(const ProfileBudget& budget) {
  return static_cast<std::size_t>(std::max(0.0, std::floor(budget.all / budget.block)));
}

}  // namespace

std::vector<StepDesign> phase_designs() {
  return {phases("forward", false, false, false), phases("forward+backward", true, false, false),
          phases("forward+backward+optimizer", true, true, false), full_step()};
}

std::vector<StepDesign> layer_designs(Seconds step, std::span<const LayerTime> layers) {
  std::vector<StepDesign> designs{full_step(), phases("forward", false, false, false),
                                  phases("forward+backward", true, false, false)};
  for (const LayerTime& layer : layers) {
    if (layer.forward > Seconds{0}) {
      designs.push_back(with_layer(layer.name, Pass::forward, half_a_step(step, layer.forward)));
    }
    if (layer.backward > Seconds{0}) {
      designs.push_back(with_layer(layer.name, Pass::backward, half_a_step(step, layer.backward)));
    }
  }
  return designs;
}

std::optional<StepDesign> step_design_from(std::string_view name, std::int32_t repetitions) {
  constexpr std::string_view kWith = "step with ";
  for (const auto& known : phase_designs()) {
    if (name == known.name) return known;
  }
  if (!name.starts_with(kWith) || repetitions <= 0) return std::nullopt;
  const auto space = name.find_last_of(' ');
  const auto word = name.substr(space + 1);
  if (space <= kWith.size()) return std::nullopt;
  const std::string layer{name.substr(kWith.size(), space - kWith.size())};
  if (word == to_string(Pass::forward)) return with_layer(layer, Pass::forward, repetitions);
  if (word == to_string(Pass::backward)) return with_layer(layer, Pass::backward, repetitions);
  return std::nullopt;
}

Seconds block_duration(const Channel& power) {
  const Seconds blind = power.window + power.delay + Seconds{0.09};
  return std::max(Seconds{0.55}, blind + 8 * std::max(power.refresh, Seconds{0.01}));
}

std::vector<PlannedBlock> plan_blocks(std::span<const StepDesign> designs,
                                      const ProfileBudget& budget) {
  const auto layers =
      std::ranges::count_if(designs, [](const StepDesign& each) { return !each.layer.empty(); });
  double shares = 0;
  std::vector<double> share;
  for (const StepDesign& each : designs) {
    const bool base = layers > 0 && each.layer.empty();
    // Every layer's difference holds the step; the passes serve the closure of all layers.
    const double often = std::sqrt(static_cast<double>(layers));
    share.push_back(!base ? 1 : each.copy ? often : 0.6 * often);
    shares += share.back();
  }
  const double blocks = static_cast<double>(affordable(budget));
  std::vector<std::size_t> counts;
  for (const double each : share) {
    counts.push_back(
        static_cast<std::size_t>(std::max(2.0, std::floor(blocks * each / std::max(shares, 1.0)))));
  }
  return in_random_order(designs, counts, budget);
}

std::vector<PlannedBlock> plan_more_blocks(const DesignFit& so_far, const ProfileBudget& budget) {
  const std::size_t n = so_far.designs.size();
  std::vector<StepDesign> designs;
  std::vector<double> relative2;  // of a design's row, as it is
  std::vector<std::size_t> counts(n, 0);
  std::size_t base = n;
  for (std::size_t i = 0; i < n; ++i) {
    designs.push_back(so_far.designs[i].design);
    if (designs[i].copy && designs[i].layer.empty()) base = i;
  }
  const double step_j = base < n ? so_far.designs[base].energy.value() : 1;
  for (std::size_t i = 0; i < n; ++i) {
    const bool layer = !designs[i].layer.empty();
    const double row_j = layer ? std::max(so_far.designs[i].energy.value() - step_j, 0.02 * step_j)
                               : so_far.designs[i].energy.value();
    relative2.push_back(so_far.covariance_j2[i * n + i] / (row_j * row_j));
  }
  for (std::size_t left = affordable(budget); left > 0 && n > 0; --left) {
    std::size_t widest = 0;
    double most = -1;
    for (std::size_t i = 0; i < n; ++i) {
      const double blocks = static_cast<double>(so_far.designs[i].blocks);
      const double u2 = relative2[i] * blocks / (blocks + static_cast<double>(counts[i]));
      if (u2 > most) most = u2, widest = i;
    }
    ++counts[widest];
  }
  return in_random_order(designs, counts, budget);
}

}  // namespace erg
