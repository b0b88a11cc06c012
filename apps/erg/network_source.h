// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "erg/count.h"
#include "erg/network.h"

namespace erg {

// A network as a user names it: by a catalogue name, or as a file.
struct NetworkSource {
  std::string word;
  std::optional<Shape> input;
  std::optional<std::int64_t> classes;
};

// The network. Of the catalogue, `options.inputs` becomes the input asked for; a file is read with
// that input, which is then the network's own. Throws NetworkError.
Network read_network(const NetworkSource& source, CountOptions& options);

}  // namespace erg
