// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "block_order.h"
#include "design_rows.h"
#include "erg/attribute.h"

namespace erg {
namespace attribution {
namespace {

struct Placed {
  double place;
  std::size_t design;
};

}  // namespace

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

}  // namespace attribution

namespace {

using attribution::LinearRow;

// Below this share of a step, a row counts as so much.
constexpr double kSmallest = 0.01;
// Of the blocks, for all plain designs alike: what all others are compared with must be seen as
// long as they are, or the drift of the rest would be taken for theirs.
constexpr double kPlainShare = 0.25;
// Of the blocks, for one design at most: what came alone would carry the drift of all.
constexpr double kMostShare = 0.4;
constexpr std::size_t kFewestBlocks = 2;  // of a design that had none yet

// What each row's interval is made of: by design, the variance that it brings as it is.
struct Widths {
  std::vector<std::vector<double>> shares_j2;
  std::vector<double> rows_j;
};

Widths widths_of(const DesignFit& fit) {
  const Channel channel;
  const attribution::DesignRows rows{fit, channel, ""};
  AttributionOptions by_layer;
  by_layer.by = Grouping::layer;
  auto all = rows.layer_rows(by_layer);
  const bool of_layers = !all.empty();
  // Of a profile by layer the passes are only what layers add up to.
  for (LinearRow& phase : rows.phase_rows()) {
    const bool pass = phase.name == phase::kForward || phase.name == phase::kBackward;
    if (!of_layers || pass) all.push_back(std::move(phase));
  }
  const std::size_t n = fit.designs.size();
  double step_j = 0;
  for (const auto& design : fit.designs) step_j = std::max(step_j, design.energy.value());
  Widths widths;
  for (const LinearRow& row : all) {
    std::vector<double> shares(n, 0);
    double energy_j = 0;
    for (std::size_t i = 0; i < n; ++i) {
      energy_j += row.weights[i] * fit.designs[i].energy.value();
      shares[i] = row.weights[i] * row.weights[i] * fit.covariance_j2[i * n + i];
    }
    widths.shares_j2.push_back(std::move(shares));
    widths.rows_j.push_back(std::max(energy_j, kSmallest * step_j));
  }
  return widths;
}

}  // namespace

std::vector<PlannedBlock> plan_more_blocks(const DesignFit& so_far,
                                           std::span<const StepDesign> planned,
                                           const ProfileBudget& budget) {
  const std::size_t n = so_far.designs.size();
  const Widths widths = widths_of(so_far);
  std::vector<StepDesign> designs;
  for (const auto& each : so_far.designs) designs.push_back(each.design);
  using attribution::is_plain;
  const auto plain = static_cast<std::size_t>(std::ranges::count_if(designs, is_plain));
  const std::size_t all = attribution::affordable(budget);
  std::vector<std::size_t> counts;
  for (const StepDesign& design : designs) {
    const double share = kPlainShare * static_cast<double>(all) / static_cast<double>(plain);
    counts.push_back(is_plain(design) ? static_cast<std::size_t>(std::ceil(share)) : 0);
  }
  for (const StepDesign& design : planned) {
    if (std::ranges::find(designs, design) != designs.end()) continue;
    designs.push_back(design);
    counts.push_back(kFewestBlocks);
  }
  const std::size_t spent = std::reduce(counts.begin(), counts.end());
  const auto left = [&](std::size_t i, std::size_t more) {  // of a design's variance
    const double blocks = static_cast<double>(so_far.designs[i].blocks);
    return blocks / (blocks + static_cast<double>(counts[i] + more));
  };
  for (std::size_t block = spent; block < all && n > 0; ++block) {
    std::size_t widest = 0;
    double most = -1;
    for (std::size_t row = 0; row < widths.rows_j.size(); ++row) {
      double u2 = 0;
      for (std::size_t i = 0; i < n; ++i) u2 += widths.shares_j2[row][i] * left(i, 0);
      u2 /= widths.rows_j[row] * widths.rows_j[row];
      if (u2 > most) most = u2, widest = row;
    }
    std::size_t best = 0;
    double gain = -1;
    for (std::size_t i = 0; i < n; ++i) {
      if (static_cast<double>(counts[i]) >= kMostShare * static_cast<double>(all)) continue;
      const double own = widths.shares_j2[widest][i] * (left(i, 0) - left(i, 1));
      if (own > gain) gain = own, best = i;
    }
    ++counts[best];
  }
  return attribution::in_random_order(designs, counts, budget);
}

}  // namespace erg
