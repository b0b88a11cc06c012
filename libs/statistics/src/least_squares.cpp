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

// Solves the normal equations again and again: the matrix stays, the weights change. Designs of
// experiments are mostly zeros, so rows are kept as what they hold.
class Solver {
 public:
  Solver(const MatrixView& a, const VectorView& y) : a_{a}, y_{y}, held_(a.rows()) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      for (Eigen::Index j = 0; j < a.cols(); ++j) {
        if (a(i, j) != 0) held_[static_cast<std::size_t>(i)].push_back(j);
      }
    }
  }

  // Throws FitError where the columns depend on each other.
  void check_rank(const Eigen::VectorXd& w) const {
    const Eigen::MatrixXd scaled = w.cwiseSqrt().asDiagonal() * a_;
    Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr{scaled};
    qr.setThreshold(1e-10);
    if (qr.rank() == a_.cols()) return;
    throw FitError{"the observations do not tell all coefficients apart: " +
                   std::to_string(qr.rank()) + " of " + std::to_string(a_.cols())};
  }

  Eigen::VectorXd solve(const Eigen::VectorXd& w) {
    factor(w);
    Eigen::VectorXd x = gram_.solve(pull(w, y_));
    // Once more on what is left over, which the squared condition number cost.
    x += gram_.solve(pull(w, y_ - a_ * x));
    return x;
  }
  Eigen::MatrixXd inverse(const Eigen::VectorXd& w) {
    factor(w);
    return gram_.solve(Eigen::MatrixXd::Identity(a_.cols(), a_.cols()));
  }

 private:
  void factor(const Eigen::VectorXd& w) {
    Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(a_.cols(), a_.cols());
    for (Eigen::Index i = 0; i < a_.rows(); ++i) {
      const auto& held = held_[static_cast<std::size_t>(i)];
      for (const Eigen::Index j : held) {
        for (const Eigen::Index k : held) gram(j, k) += w[i] * a_(i, j) * a_(i, k);
      }
    }
    gram_.compute(gram);
  }
  Eigen::VectorXd pull(const Eigen::VectorXd& w, const Eigen::VectorXd& values) const {
    return a_.transpose() * w.cwiseProduct(values);
  }

  const MatrixView& a_;
  const VectorView& y_;
  std::vector<std::vector<Eigen::Index>> held_;
  Eigen::LDLT<Eigen::MatrixXd> gram_;
};

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

void check(const Matrix& a, [[maybe_unused]] std::span<const double> y) {
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
  Solver solver{view, values};
  solver.check_rank(w);
  const Solution solution{solver.solve(w), solver.inverse(w)};
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
  Solver solver{view, values};
  solver.check_rank(w);
  Eigen::VectorXd x = solver.solve(w);
  Eigen::VectorXd scaled;
  double scale = 0;
  for (int round = 0; round < 50; ++round) {
    scaled = known.cwiseSqrt().cwiseProduct(values - view * x);
    scale = correction * robust_deviation({scaled.data(), a.rows});
    if (scale <= 1e-14) break;  // fits exactly
    for (Eigen::Index i = 0; i < w.size(); ++i) {
      w[i] = known[i] * std::max(1e-9, loss_weight(std::abs(scaled[i]) / scale, loss));
    }
    const Eigen::VectorXd next = solver.solve(w);
    const double moved = (next - x).cwiseAbs().maxCoeff();
    x = next;
    if (moved <= 1e-9 * (x.cwiseAbs().maxCoeff() + 1e-300)) break;
  }
  const Eigen::VectorXd residuals = values - view * x;
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
  return result({x, solver.inverse(known)}, residuals, w, deviation, freedom);
}

}  // namespace erg
