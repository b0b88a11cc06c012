// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "live_power.h"

namespace erg {

// Tells when a machine that was put to work draws steady power. Used by one thread.
class WarmUp {
 public:
  // `steady`: the relative difference of two neighbouring 5 s that counts as none.
  explicit WarmUp(double steady);

  // To be asked about twice a second. Never without a sensor of power: the time limit ends it then.
  bool is_steady();

  // The same training, endless and measured by nobody.
  static std::vector<std::string> words(std::vector<std::string> train);

 private:
  LivePower power_;
  double steady_;
  std::deque<std::pair<double, double>> watts_;  // seconds, all devices
};

}  // namespace erg
