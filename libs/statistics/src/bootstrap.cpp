// SPDX-License-Identifier: Apache-2.0
#include "erg/bootstrap.h"

#include <cassert>
#include <cmath>
#include <random>
#include <vector>

#include "erg/summary.h"

namespace erg {

Range bootstrap_interval(std::span<const double> values,
                         const std::function<double(std::span<const double>)>& statistic,
                         const BootstrapOptions& options) {
  assert(values.size() >= 2);
  std::mt19937_64 random{options.seed};
  std::vector<double> draw(values.size()), results;
  results.reserve(options.draws);
  for (std::size_t i = 0; i < options.draws; ++i) {
    // Not uniform_int_distribution: its results differ between standard libraries.
    for (double& each : draw) each = values[random() % values.size()];
    results.push_back(statistic(draw));
  }
  const double tail = 0.5 * (1 - options.level);
  const double middle = statistic(values);
  const double n = static_cast<double>(values.size());
  const double wider = std::sqrt(n / (n - 1));
  return {middle + wider * (quantile(results, tail) - middle),
          middle + wider * (quantile(results, 1 - tail) - middle)};
}

}  // namespace erg
