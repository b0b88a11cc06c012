// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "erg/format_error.h"

namespace erg {

// What the FormatError says that `action` throws; "nothing thrown" where it throws none.
template <class Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const FormatError& error) {
    return error.what();
  }
  return "nothing thrown";
}

}  // namespace erg
