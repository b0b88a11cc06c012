// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace erg {

// Bytes from outside that cannot be read as what they should be: which file, where in it, what is
// wrong, and the way out where there is one.
class FormatError : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

}  // namespace erg
