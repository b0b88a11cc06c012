// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "erg/network_file.h"

namespace erg {

// Which shapes ReadOptions asks for, of the inputs that a file has.
class AskedShapes {
 public:
  // Throws NetworkError, beginning with the file's name, for a name that no input has or that
  // appears twice, and for more shapes than inputs.
  AskedShapes(const ReadOptions& options, const std::vector<std::string>& inputs,
              const std::string& file);

  // nullptr: the file's own.
  const Shape* of(const std::string& input) const;

 private:
  std::map<std::string, Shape> shapes_;
};

}  // namespace erg
