// SPDX-License-Identifier: Apache-2.0
#include "erg/least_squares.h"

#include <Eigen/Dense>
#include <cassert>
#include <cmath>

#include "erg/summary.h"

namespace erg {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixView = Eigen::Map<const RowMajor>;
using VectorView = Eigen::Map<const Eigen::VectorXd>;

Eigen::Index index(std::size_t value) { return static_cast<Eigen::Index>(value); }

struct Solution {
  Eigen::VectorXd x;
  Eigen::MatrixXd inverse;  // of A' W A
};

Solution solve(const MatrixView& a, const VectorView& y, const Eigen::VectorXd& w) {
  const Eigen::VectorXd scale = w.cwiseSqrt();
  const Eigen::MatrixXd scaled = scale.asDiagonal() * a;
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr{scaled};
  qr.setThreshold(1e-10);
  if (qr.rank() < a.cols()) {
    throw FitError{"the observations do not tell all coefficients apart: " +
                   std::to_string(qr.rank()) + " of " + std::to_string(a.cols())};
  }
  Solution solution;
  solution.x = qr.solve(scale.cwiseProduct(y));
  const Eigen::Index n = a.cols();
  const Eigen::MatrixXd r_inverse =
      qr.matrixR().topLeftCorner(n, n).triangularView<Eigen::Upper>().solve(
          Eigen::MatrixXd::Identity(n, n));
  const Eigen::MatrixXd p = qr.colsPermutation();
  solution.inverse = p * (r_inverse * r_inverse.transpose()) * p.transpose();
  return solution;
}

Eigen::VectorXd start_weights(std::size_t rows, std::span<const double> weights) {
  if (weights.empty()) return Eigen::VectorXd::Ones(index(rows));
  assert(weights.size() == rows);
  return VectorView{weights.data(), index(rows)};
}

LinearFit result(const Solution& solution, const Eigen::VectorXd& residuals,
                 const Eigen::VectorXd& weights, double deviation, double freedom) {
  LinearFit fit;
  fit.coefficients.assign(solution.x.begin(), solution.x.end());
  fit.residuals.assign(residuals.begin(), residuals.end());
  fit.weights.assign(weights.begin(), weights.end());
  fit.residual_deviation = deviation;
  fit.freedom = freedom;
  fit.covariance = Matrix{fit.coefficients.size(), fit.coefficients.size()};
  Eigen::Map<RowMajor>{fit.covariance.values.data(), solution.inverse.rows(),
                       solution.inverse.cols()} = deviation * deviation * solution.inverse;
  return fit;
}

double loss_weight(double distance, RobustLoss loss) {
  if (loss == RobustLoss::huber) return distance <= 1.345 ? 1 : 1.345 / distance;
  const double share = distance / 4.685;
  return share >= 1 ? 0 : std::pow(1 - share * share, 2);
}

// Slope of psi, whose mean corrects the covariance (Huber 1981, 7.6).
double loss_slope(double distance, RobustLoss loss) {
  if (loss == RobustLoss::huber) return distance <= 1.345 ? 1 : 0;
  const double share = distance / 4.685;
  return share >= 1 ? 0 : (1 - share * share) * (1 - 5 * share * share);
}

void check(const Matrix& a, std::span<const double> y) {
  assert(a.rows == y.size());
  if (a.columns == 0 || a.rows < a.columns) {
    throw FitError{std::to_string(a.rows) + " observations for " + std::to_string(a.columns) +
                   " coefficients"};
  }
}

}  // namespace

LinearFit least_squares(const Matrix& a, std::span<const double> y,
                        std::span<const double> weights) {
  check(a, y);
  const MatrixView view{a.values.data(), index(a.rows), index(a.columns)};
  const VectorView values{y.data(), index(y.size())};
  const Eigen::VectorXd w = start_weights(a.rows, weights);
  const Solution solution = solve(view, values, w);
  const Eigen::VectorXd residuals = values - view * solution.x;
  const double freedom = static_cast<double>(a.rows - a.columns);
  const double squares = w.dot(residuals.cwiseAbs2());
  return result(solution, residuals, w, freedom > 0 ? std::sqrt(squares / freedom) : 0, freedom);
}

LinearFit robust_least_squares(const Matrix& a, std::span<const double> y,
                               std::span<const double> weights, RobustLoss loss) {
  check(a, y);
  const MatrixView view{a.values.data(), index(a.rows), index(a.columns)};
  const VectorView values{y.data(), index(y.size())};
  const Eigen::VectorXd known = start_weights(a.rows, weights);
  const double freedom = static_cast<double>(a.rows - a.columns);
  const double correction = freedom > 0 ? std::sqrt(static_cast<double>(a.rows) / freedom) : 1;
  Eigen::VectorXd w = known;
  Solution solution = solve(view, values, w);
  Eigen::VectorXd scaled;
  double scale = 0;
  for (int round = 0; round < 50; ++round) {
    scaled = known.cwiseSqrt().cwiseProduct(values - view * solution.x);
    scale = correction * robust_deviation({scaled.data(), a.rows});
    if (scale <= 1e-14) break;  // fits exactly
    for (Eigen::Index i = 0; i < w.size(); ++i) {
      w[i] = known[i] * std::max(1e-9, loss_weight(std::abs(scaled[i]) / scale, loss));
    }
    Solution next = solve(view, values, w);
    const double moved = (next.x - solution.x).cwiseAbs().maxCoeff();
    const double size = next.x.cwiseAbs().maxCoeff();
    solution = std::move(next);
    if (moved <= 1e-10 * (size + 1e-300)) break;
  }
  const Eigen::VectorXd residuals = values - view * solution.x;
  double psi2 = 0, slope = 0;
  for (Eigen::Index i = 0; i < w.size() && scale > 0; ++i) {
    const double distance = std::sqrt(known[i]) * std::abs(residuals[i]) / scale;
    psi2 += std::pow(loss_weight(distance, loss) * distance, 2);
    slope += loss_slope(distance, loss);
  }
  slope /= static_cast<double>(a.rows);
  const double deviation =
      freedom > 0 && slope > 0 ? scale * std::sqrt(psi2 / freedom) / std::max(slope, 0.3) : 0;
  // The covariance of the estimate is that of the known weights: outliers changed the answer only.
  Solution spread = solve(view, values, known);
  spread.x = solution.x;
  return result(spread, residuals, w, deviation, freedom);
}

}  // namespace erg
