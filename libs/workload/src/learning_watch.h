// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace erg {

// Tells when a training learns nothing: its energy is still energy, but must not be compared by
// accuracy.
class LearningWatch {
 public:
  explicit LearningWatch(std::int64_t classes) : classes_{classes} {}

  // The mean loss of the epoch so far. Gives a warning, once.
  std::optional<std::string> see(double loss);
  // The mean loss of a whole epoch; `last`: no further one follows, so that it has had its time.
  std::optional<std::string> end_epoch(double loss, bool last);

 private:
  const std::int64_t classes_;
  bool warned_ = false;
};

}  // namespace erg
