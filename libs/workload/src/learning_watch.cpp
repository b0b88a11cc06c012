// SPDX-License-Identifier: Apache-2.0
#include "learning_watch.h"

#include <cmath>
#include <cstdio>

namespace erg {
namespace {

// A loss this close to that of guessing, ln(classes), is that of guessing.
constexpr double kGuessing = 0.97;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

}  // namespace

std::optional<std::string> LearningWatch::see(double loss) {
  if (warned_ || std::isfinite(loss)) return {};
  warned_ = true;
  return "the loss is no longer a number: the network has stopped learning; a smaller learning "
         "rate may help. Its energy is real, its accuracy means nothing";
}

std::optional<std::string> LearningWatch::end_epoch(double loss, bool last) {
  if (auto warning = see(loss)) return warning;
  const double guessing = std::log(static_cast<double>(classes_));
  if (warned_ || !last || loss < kGuessing * guessing) return {};
  warned_ = true;
  return "the network has not learned: its loss is " + number(loss) + ", guessing among " +
         std::to_string(classes_) + " classes gives " + number(guessing) +
         ". Its energy is real, but must not be compared by accuracy";
}

}  // namespace erg
