// SPDX-License-Identifier: Apache-2.0
#include "erg/nonnegative.h"

#include <Eigen/Dense>
#include <cassert>
#include <limits>

namespace erg {
namespace {

// Least squares over the columns that are free; 0 elsewhere.
Eigen::VectorXd solve_free(const Eigen::MatrixXd& gram, const Eigen::VectorXd& target,
                           const std::vector<bool>& free) {
  std::vector<Eigen::Index> columns;
  for (std::size_t i = 0; i < free.size(); ++i) {
    if (free[i]) columns.push_back(static_cast<Eigen::Index>(i));
  }
  Eigen::VectorXd x = Eigen::VectorXd::Zero(target.size());
  if (!columns.empty()) {
    const Eigen::MatrixXd part = gram(columns, columns);
    const Eigen::VectorXd wanted = target(columns);
    const Eigen::VectorXd found = part.ldlt().solve(wanted);
    x(columns) = found;
  }
  return x;
}

}  // namespace

std::vector<double> nonnegative_least_squares(const Matrix& a, std::span<const double> y) {
  assert(a.rows == y.size());
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const RowMajor> view{a.values.data(), static_cast<Eigen::Index>(a.rows),
                                        static_cast<Eigen::Index>(a.columns)};
  const Eigen::Map<const Eigen::VectorXd> values{y.data(), view.rows()};
  const Eigen::MatrixXd gram = view.transpose() * view;
  const Eigen::VectorXd target = view.transpose() * values;
  const double tolerance = 1e-12 * (1 + target.cwiseAbs().maxCoeff());
  std::vector<bool> free(a.columns, false);
  Eigen::VectorXd x = Eigen::VectorXd::Zero(view.cols());
  for (std::size_t round = 0; round < 10 * a.columns + 10; ++round) {
    const Eigen::VectorXd pull = target - gram * x;
    std::size_t best = a.columns;
    for (std::size_t i = 0; i < a.columns; ++i) {
      const double p = pull[static_cast<Eigen::Index>(i)];
      if (free[i] || p <= tolerance) continue;
      if (best == a.columns || p > pull[static_cast<Eigen::Index>(best)]) best = i;
    }
    if (best == a.columns) break;
    free[best] = true;
    for (Eigen::VectorXd wish = solve_free(gram, target, free);;
         wish = solve_free(gram, target, free)) {
      double step = 1;
      std::size_t blocking = a.columns;
      for (std::size_t i = 0; i < a.columns; ++i) {
        const auto at = static_cast<Eigen::Index>(i);
        if (!free[i] || wish[at] > 0) continue;
        const double room = x[at] / std::max(x[at] - wish[at], 1e-300);
        if (room <= step) step = room, blocking = i;
      }
      if (blocking == a.columns) {
        x = wish;
        break;
      }
      x += step * (wish - x);
      x[static_cast<Eigen::Index>(blocking)] = 0;
      free[blocking] = false;
    }
  }
  return {x.begin(), x.end()};
}

}  // namespace erg
