// SPDX-License-Identifier: Apache-2.0
#include "erg/step_ahead.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "erg/distributions.h"
#include "erg/summary.h"

namespace erg {
namespace {

constexpr double kOneEpoch = 0.2;
constexpr double kLevel = 0.975;

template <class Value>
Between<Value> ahead(std::span<const double> epochs, double left) {
  const double middle = mean(epochs);
  const double n = static_cast<double>(epochs.size());
  const double half = epochs.size() < 2
                          ? kOneEpoch * middle * left
                          : student_quantile(kLevel, n - 1) * standard_deviation(epochs) *
                                std::sqrt(left + left * left / n);
  const double sum = middle * left;
  return {Value{sum}, Value{std::max(0.0, sum - half)}, Value{sum + half}};
}

}  // namespace

std::optional<Remaining> remaining(std::span<const SeenEpoch> seen, double left) {
  if (seen.empty() || !(left >= 0)) return std::nullopt;
  const auto used = seen.size() >= 3 ? seen.subspan(1) : seen;
  std::vector<double> times;
  std::vector<double> energies;
  for (const auto& epoch : used) {
    times.push_back(epoch.time.count());
    if (epoch.energy) energies.push_back(epoch.energy->value());
  }
  Remaining result;
  result.time = ahead<Seconds>(times, left);
  if (energies.size() == times.size()) result.energy = ahead<Joules>(energies, left);
  return result;
}

}  // namespace erg
