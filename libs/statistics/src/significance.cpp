// SPDX-License-Identifier: Apache-2.0
#include "erg/significance.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <random>

#include "erg/distributions.h"
#include "erg/summary.h"

namespace erg {
namespace {

// Number of ways to choose k of n, or more than `most`.
std::size_t choices(std::size_t n, std::size_t k, std::size_t most) {
  double count = 1;
  for (std::size_t i = 1; i <= k; ++i) {
    count = count * static_cast<double>(n - k + i) / static_cast<double>(i);
    if (count > static_cast<double>(most)) return most + 1;
  }
  return static_cast<std::size_t>(std::llround(count));
}

// Compares regroupings with what was seen.
class Regrouping {
 public:
  Regrouping(std::span<const double> a, std::span<const double> b) : size_a_{a.size()} {
    all_.assign(a.begin(), a.end());
    all_.insert(all_.end(), b.begin(), b.end());
    sum_ = std::accumulate(all_.begin(), all_.end(), 0.0);
    observed_ = std::abs(difference(std::accumulate(a.begin(), a.end(), 0.0)));
  }

  bool as_large(const std::vector<std::size_t>& group_a) const {
    double sum_a = 0;
    for (std::size_t i = 0; i < size_a_; ++i) sum_a += all_[group_a[i]];
    return std::abs(difference(sum_a)) >= observed_ * (1 - 1e-12);
  }
  std::size_t size() const { return all_.size(); }

 private:
  double difference(double sum_a) const {
    return (sum_ - sum_a) / static_cast<double>(all_.size() - size_a_) -
           sum_a / static_cast<double>(size_a_);
  }
  std::vector<double> all_;
  std::size_t size_a_;
  double sum_ = 0;
  double observed_ = 0;
};

}  // namespace

Difference welch(std::span<const double> a, std::span<const double> b) {
  assert(!a.empty() && !b.empty());
  Difference result;
  result.value = mean(b) - mean(a);
  result.interval = {result.value, result.value};
  if (a.size() < 2 || b.size() < 2) return result;
  const double na = static_cast<double>(a.size()), nb = static_cast<double>(b.size());
  const double va = std::pow(standard_deviation(a), 2) / na;
  const double vb = std::pow(standard_deviation(b), 2) / nb;
  const double u = std::sqrt(va + vb);
  if (u == 0) {
    result.p = result.value == 0 ? 1 : 0;
    return result;
  }
  const double freedom = std::pow(va + vb, 2) / (va * va / (na - 1) + vb * vb / (nb - 1));
  const double half = student_quantile(0.975, freedom) * u;
  result.interval = {result.value - half, result.value + half};
  result.p = 2 * student_cdf(-std::abs(result.value) / u, freedom);
  return result;
}

double permutation_p(std::span<const double> a, std::span<const double> b, std::size_t draws,
                     std::uint64_t seed) {
  assert(!a.empty() && !b.empty());
  const Regrouping groups{a, b};
  std::vector<std::size_t> order(groups.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::size_t large = 0;
  if (const auto all = choices(groups.size(), a.size(), draws); all <= draws) {
    std::vector<bool> in_a(groups.size(), false);
    std::fill_n(in_a.begin(), a.size(), true);
    std::size_t seen = 0;
    do {
      std::size_t next = 0;
      for (std::size_t i = 0; i < in_a.size(); ++i) {
        if (in_a[i]) order[next++] = i;
      }
      large += groups.as_large(order) ? 1 : 0;
      ++seen;
    } while (std::prev_permutation(in_a.begin(), in_a.end()));
    return static_cast<double>(large) / static_cast<double>(seen);
  }
  std::mt19937_64 random{seed};
  for (std::size_t draw = 0; draw < draws; ++draw) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      std::swap(order[i], order[i + random() % (order.size() - i)]);
    }
    large += groups.as_large(order) ? 1 : 0;
  }
  return static_cast<double>(large + 1) / static_cast<double>(draws + 1);
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
  std::vector<double> adjusted(p.size());
  double least = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const double factor = static_cast<double>(order.size() - rank);
    least = std::max(least, std::min(1.0, factor * p[order[rank]]));
    adjusted[order[rank]] = least;
  }
  return adjusted;
}

double detection_floor(std::span<const double> same, std::size_t repeats) {
  assert(same.size() >= 2 && repeats >= 2);
  const double relative = standard_deviation(same) / std::abs(mean(same));
  const double freedom = static_cast<double>(same.size() - 1);
  const double factor = student_quantile(0.975, freedom) + student_quantile(0.8, freedom);
  return factor * relative * std::sqrt(2 / static_cast<double>(repeats));
}

}  // namespace erg
