// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "erg/matrix.h"

namespace erg {

// Fits judged by the logarithm of predicted over measured: twice too much weighs as half does,
// while a plain relative error of what predicts too little is never above 1, and fits by it come
// out low. Large errors count by their size, not by their square: what follows no common law, as
// depthwise convolutions do not, does not bend what holds for the rest.

constexpr int kReweighings = 20;  // most fits need fewer

double misfit(std::span<const double> predicted, std::span<const double> measured);

// Of the squares of predicted - measured, such that their sum is least where the misfit is.
std::vector<double> weights_for(std::span<const double> predicted,
                                std::span<const double> measured);
// The same before anything was predicted: of relative errors.
std::vector<double> relative_weights(std::span<const double> measured);

// Weighted least squares with no x below 0; zero columns stay 0.
std::vector<double> weighted_fit(Matrix a, std::span<const double> y,
                                 std::span<const double> weights);

// The x of the least misfit of A x, none below 0.
std::vector<double> ratio_fit(const Matrix& a, std::span<const double> y);

}  // namespace erg
