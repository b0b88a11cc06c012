// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "erg/count.h"
#include "erg/network.h"
#include "erg/network_file.h"

namespace erg {

// A network as a user names it: by a catalogue name, or as a file.
struct NetworkSource {
  std::string word;
  std::optional<Shape> input;
  std::optional<std::int64_t> classes;
  std::vector<InputShape> inputs = {};  // of more inputs than the first
};

// The network. Of the catalogue, `options.inputs` becomes the input asked for; a file is read with
// that input, which is then the network's own. What its reader is not sure of goes to stderr, and
// to `warnings`. Throws NetworkError.
Network read_network(const NetworkSource& source, CountOptions& options,
                     std::vector<std::string>* warnings = nullptr);

}  // namespace erg
