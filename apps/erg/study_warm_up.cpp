// SPDX-License-Identifier: Apache-2.0
#include "study_warm_up.h"

#include <algorithm>
#include <cmath>

#include "erg/discover.h"

namespace erg {
namespace {

constexpr double kLoading = 10;  // s in which a training starts and draws what it later does not
constexpr double kWindow = 5;    // s

void drop_option(std::vector<std::string>& words, const std::string& option) {
  const auto found = std::ranges::find(words, option);
  if (found != words.end()) words.erase(found, found + 2);
}

}  // namespace

WarmUp::WarmUp(double steady) : power_{discover()}, steady_{steady} {}

bool WarmUp::is_steady() {
  double sum = 0;
  bool any = false;
  for (const auto& reading : power_.read()) {
    if (!reading.power) continue;
    sum += reading.power->value();
    any = true;
  }
  const double now = power_.elapsed().count();
  if (!any || now < kLoading) return false;
  watts_.emplace_back(now, sum);
  while (watts_.front().first < now - 2 * kWindow) watts_.pop_front();
  if (watts_.front().first > now - 2 * kWindow + 1) return false;
  double before = 0, after = 0;
  int befores = 0, afters = 0;
  for (const auto& [time, value] : watts_) {
    const bool late = time > now - kWindow;
    (late ? after : before) += value;
    ++(late ? afters : befores);
  }
  if (befores == 0 || afters == 0) return false;
  before /= befores;
  after /= afters;
  return std::abs(after - before) <= steady_ * after;
}

std::vector<std::string> WarmUp::words(std::vector<std::string> train) {
  drop_option(train, "--epochs");
  drop_option(train, "--max-steps");
  drop_option(train, "--until-accuracy");
  std::erase(train, "--no-evaluate");
  train.insert(train.end(), {"--epochs", "1000000", "--no-evaluate", "--no-measure", "--quiet"});
  return train;
}

}  // namespace erg
