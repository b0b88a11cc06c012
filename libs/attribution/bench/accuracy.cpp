// SPDX-License-Identifier: Apache-2.0
// Prints the figures of docs/accuracy.md that come from simulated sensors.
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "erg/summary.h"
#include "simulated_profile.h"

namespace {

void print(const char* what, std::size_t runs, const erg::testing::Coverage& coverage) {
  std::vector<double> sizes;
  for (const double error : coverage.errors) sizes.push_back(std::abs(error));
  std::printf(
      "%s: %zu runs, %zu intervals, coverage %.1f %%, median half-width %.2f %%, "
      "|error| median %.2f %%, 95 %% below %.2f %%\n",
      what, runs, coverage.intervals, 100 * coverage.share(),
      100 * erg::median(coverage.half_widths), 100 * erg::median(sizes),
      100 * erg::quantile(sizes, 0.95));
}

}  // namespace

int main(int count, char** words) {
  const auto runs = static_cast<std::size_t>(count > 1 ? std::atoi(words[1]) : 2000);
  print("phases", runs, erg::testing::phase_coverage(runs, 500'000));
  print("layers", runs / 10, erg::testing::layer_coverage(runs / 10, 900'000));
}
