// SPDX-License-Identifier: Apache-2.0
#include "erg/design_plan.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "block_order.h"

namespace erg {
namespace {

constexpr std::string_view kCut = "forward to ";
constexpr std::string_view kWith = "step with ";
constexpr std::string_view kAgain = " again";

constexpr double kMostRepetitions = 1000;
// Of the phases that take a few hundredths of a step.
constexpr std::int32_t kPhaseRepetitions = 8;
// What a repetition takes, in steps. More of it tells more of the layer in each block, until the
// layer's own power makes the card another one.
constexpr double kRepetition = 1;
// The host must need less than this share of the device's time, or the device waits for it.
constexpr double kDeviceBound = 0.8;
// A design wants so many blocks at least.
constexpr std::size_t kFewestBlocks = 4;
// Where the forward is cut.
constexpr double kCuts[] = {1. / 3, 2. / 3};

StepDesign phases(std::string name, bool backward, bool optimizer, bool copy) {
  StepDesign design;
  design.name = std::move(name);
  design.backward = backward;
  design.optimizer = optimizer;
  design.copy = copy;
  return design;
}

StepDesign full_step() { return phases("step", true, true, true); }

StepDesign with_phases(std::string_view which, std::int32_t repetitions) {
  StepDesign design = full_step();
  design.name = std::string{kWith} + std::string{which} + std::string{kAgain};
  design.repetitions = repetitions;
  design.copy_again = true;
  design.optimizer_again = which != phase::kToDevice;
  return design;
}

// The copy is repeated with the optimizer too: it leaves the weights cold.
std::string copy_and_optimizer() {
  return std::string{phase::kToDevice} + std::string{kTogether} + std::string{phase::kOptimizer};
}

// Steps of which nothing is repeated.
std::vector<StepDesign> plain_designs() {
  return {phases("forward", false, false, false), phases("forward+backward", true, false, false),
          phases("forward+backward+optimizer", true, true, false), full_step()};
}

StepDesign with_layer(const std::string& layer, Pass pass, std::int32_t repetitions) {
  StepDesign design = full_step();
  design.name = std::string{kWith} + layer + " " + std::string{to_string(pass)};
  design.layer = layer;
  design.pass = pass;
  design.repetitions = repetitions;
  return design;
}

StepDesign cut_after(const std::string& layer) {
  StepDesign design;
  design.name = std::string{kCut} + layer;
  design.until = layer;
  return design;
}

std::int32_t repetitions(const StepTimes& step, Seconds once, Seconds host_once) {
  double k = kRepetition * (step.device / once);
  const double slack = (kDeviceBound * step.device - step.host).count();
  const double excess = (host_once - kDeviceBound * once).count();
  // A step that waits for the host anyhow is repeated all the same, and said to be launch-bound.
  if (slack > 0 && excess > 0) k = std::min(k, slack / excess);
  return static_cast<std::int32_t>(std::clamp(std::floor(k), 1.0, kMostRepetitions));
}

// Layers that are repeated together, as if they were one.
struct Group {
  LayerTime all;
  std::size_t third = 0;  // of the forward: a group lies on one side of each cut
};

Seconds both(const LayerTime& layer) { return layer.forward + layer.backward; }

void add(LayerTime& all, const LayerTime& more) {
  all.name += std::string{kTogether} + more.name;
  all.forward += more.forward;
  all.backward += more.backward;
  all.forward_host += more.forward_host;
  all.backward_host += more.backward_host;
}

// By layer: in which third of the forward it ends.
std::vector<std::size_t> thirds_of(const StepTimes& times) {
  Seconds all{0}, until{0};
  for (const LayerTime& layer : times.layers) all += layer.forward;
  std::vector<std::size_t> thirds;
  std::size_t third = 0;
  for (const LayerTime& layer : times.layers) {
    thirds.push_back(third);
    until += layer.forward;
    if (third < std::size(kCuts) && until >= kCuts[third] * all) ++third;
  }
  return thirds;
}

std::vector<Group> groups_of(const StepTimes& times, const std::vector<std::size_t>& thirds,
                             Seconds smallest, bool any_kind) {
  std::vector<Group> groups;
  std::map<std::pair<std::string, std::size_t>, std::size_t> open;  // groups still too small
  for (std::size_t i = 0; i < times.layers.size(); ++i) {
    const LayerTime& layer = times.layers[i];
    if (layer.forward <= Seconds{0}) continue;
    const std::pair key{any_kind ? std::string{} : layer.kind, thirds[i]};
    if (both(layer) >= smallest) {
      groups.push_back({layer, thirds[i]});
      continue;
    }
    const auto [place, added] = open.try_emplace(key, groups.size());
    if (added) {
      groups.push_back({layer, thirds[i]});
    } else {
      add(groups[place->second].all, layer);
    }
    if (both(groups[place->second].all) >= smallest) open.erase(place);
  }
  return groups;
}

// The finest groups whose designs the blocks can measure.
std::vector<Group> affordable_groups(const StepTimes& times, const std::vector<std::size_t>& thirds,
                                     std::size_t blocks) {
  std::vector<Group> groups;
  for (const bool any_kind : {false, true}) {
    for (const double share : {0.0, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16}) {
      groups = groups_of(times, thirds, share * times.device, any_kind);
      const std::size_t designs = 2 * groups.size() + std::size(kCuts);
      const double base = 2.2 * std::sqrt(static_cast<double>(designs));
      if (kFewestBlocks * designs + static_cast<std::size_t>(base) <= blocks) return groups;
    }
  }
  return groups;
}

}  // namespace

std::vector<StepDesign> phase_designs() {
  return {phases("forward", false, false, false), phases("forward+backward", true, false, false),
          full_step(), with_phases(phase::kToDevice, kPhaseRepetitions),
          with_phases(copy_and_optimizer(), kPhaseRepetitions)};
}

std::vector<StepDesign> layer_designs(const StepTimes& times, std::size_t blocks) {
  std::vector<StepDesign> designs{full_step(), phases("forward", false, false, false),
                                  phases("forward+backward", true, false, false)};
  const auto thirds = thirds_of(times);
  for (std::size_t i = 0; i + 1 < thirds.size(); ++i) {
    if (thirds[i + 1] > thirds[i]) designs.push_back(cut_after(times.layers[i].name));
  }
  for (const Group& group : affordable_groups(times, thirds, blocks)) {
    const LayerTime& all = group.all;
    designs.push_back(
        with_layer(all.name, Pass::forward, repetitions(times, all.forward, all.forward_host)));
    if (all.backward <= Seconds{0}) continue;
    designs.push_back(
        with_layer(all.name, Pass::backward, repetitions(times, all.backward, all.backward_host)));
  }
  return designs;
}

std::optional<StepDesign> step_design_from(std::string_view name, std::int32_t repetitions) {
  for (const auto& known : plain_designs()) {
    if (name == known.name) return known;
  }
  if (name.starts_with(kCut) && name.size() > kCut.size()) {
    return cut_after(std::string{name.substr(kCut.size())});
  }
  if (!name.starts_with(kWith) || repetitions <= 0) return std::nullopt;
  for (const std::string& which : {std::string{phase::kToDevice}, copy_and_optimizer()}) {
    auto design = with_phases(which, repetitions);
    if (name == design.name) return design;
  }
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
    const bool base = layers > 0 && each.layer.empty() && each.until.empty();
    // Every layer's difference holds the step; the passes serve the closure of all layers.
    const double often = std::sqrt(static_cast<double>(layers));
    share.push_back(!base ? 1 : each.copy ? often : 0.6 * often);
    shares += share.back();
  }
  const double blocks = static_cast<double>(attribution::affordable(budget));
  std::vector<std::size_t> counts;
  for (const double each : share) {
    counts.push_back(
        static_cast<std::size_t>(std::max(2.0, std::floor(blocks * each / std::max(shares, 1.0)))));
  }
  return attribution::in_random_order(designs, counts, budget);
}

}  // namespace erg
