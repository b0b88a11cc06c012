// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "erg/complexity.h"
#include "erg/network.h"

namespace erg {

// Do not rename: files and `--json` hold these words.
enum class Optimizer { sgd, momentum, adam };

std::string_view to_string(Optimizer optimizer);
std::optional<Optimizer> optimizer_from(std::string_view word);

struct CountOptions {
  std::vector<Shape> inputs = {};  // empty: the network's own
  std::int64_t batch = 1;
  std::int64_t bytes_per_number = 4;
  Optimizer optimizer = Optimizer::sgd;
};

// Everything countable about a network. The convention of each count is in erg/complexity.h. Throws
// NetworkError for an input that does not fit, or for counts that no machine will reach.
Complexity count(const Network& network, const CountOptions& options = {});

}  // namespace erg
