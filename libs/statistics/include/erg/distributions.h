// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace erg {

// Probability that a standard normal variable is at most `x`, and its inverse for 0 < p < 1.
double normal_cdf(double x);
double normal_quantile(double p);

// The same of Student's t; `freedom` > 0 need not be whole.
double student_cdf(double t, double freedom);
double student_quantile(double p, double freedom);

}  // namespace erg
