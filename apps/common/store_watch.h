// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "session.h"

namespace erg {

// Tells once that the store does not take what is measured. Used by one thread.
class StoreWatch {
 public:
  // Null where nothing is measured.
  explicit StoreWatch(const Session* session) : session_{session} {}

  // The warning, the first time that there is something to warn of.
  std::optional<std::string> news() {
    const auto trouble = session_ && !told_ ? session_->trouble() : std::nullopt;
    if (!trouble) return std::nullopt;
    told_ = true;
    return "the store does not take what is measured; it is kept and tried again: " + *trouble;
  }

 private:
  const Session* session_;
  bool told_ = false;
};

}  // namespace erg
