// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace erg {

// A Python literal as repr() writes it: numbers, strings, None, True, lists, tuples and dicts, and
// NumPy's way of writing a number, np.float64(0.5). Anything else is refused by name, with its
// place.
//
// Parsing reuses the memory of the parse before: read many cells with one object.
class PythonLiteral {
 public:
  enum class Kind : std::uint8_t { none, boolean, integer, number, string, list, tuple, dict };

  // A value, in the order of the text: a container is followed by what it holds (a dict by key,
  // value, key, value).
  struct Node {
    Kind kind = Kind::none;
    std::uint32_t size = 0;   // of a container: elements, or pairs
    std::uint32_t next = 0;   // the index behind all that it holds
    double number = 0;        // of a number, an integer (if a double holds it) or a boolean
    std::string_view text{};  // of a string; of an integer its digits
  };

  // Throws FormatError. Views in nodes() hold while `text` does and until the next parse.
  void parse(std::string_view text);

  std::span<const Node> nodes() const { return nodes_; }
  const Node& root() const { return nodes_.front(); }

 private:
  class Parser;

  std::vector<Node> nodes_;
  std::deque<std::string> unescaped_;
};

}  // namespace erg
