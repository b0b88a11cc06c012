// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erg/network.h"

namespace erg {

// The shape of one example of an input, instead of the file's own.
struct InputShape {
  std::string name;  // of the input; empty: the first that none is given for by name
  Shape shape;
};

// What a reader of files needs to be told where a file leaves it open.
struct ReadOptions {
  // Of one example, instead of the file's own. ONNX files may leave extents free: then it is
  // needed.
  std::optional<Shape> input = std::nullopt;
  // Where the files lie in which large ONNX models keep their numbers; empty: they are not looked
  // at. load_network() sets it.
  std::filesystem::path folder = {};
  // Of more inputs than the first. Throws NetworkError for a name that no input has.
  std::vector<InputShape> inputs = {};
  // Where to put what a reader is not sure of: one line each.
  std::vector<std::string>* warnings = nullptr;
};

// A network as JSON text (docs/formats.md, "Network files"): reading it back gives the same
// network.
std::string to_json(const Network& network);

// The network that such a text describes; `name` is what to call the text in messages. Throws
// NetworkError or FormatError: one line that says where and what was wanted.
Network network_from_json(std::string_view text, const std::string& name,
                          const ReadOptions& options = {});

// A file of either format, told by its content. Throws NetworkError or FormatError.
Network load_network(const std::filesystem::path& path, const ReadOptions& options = {});

}  // namespace erg
