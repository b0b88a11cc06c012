// SPDX-License-Identifier: Apache-2.0
#include "asked_shapes.h"

#include <algorithm>
#include <string_view>

#include "erg/suggest.h"

namespace erg {
namespace {

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 8;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i) {
    text += (i == 0 ? "'" : ", '") + names[i] + "'";
  }
  return names.size() > kShown ? text + ", ..." : text;
}

}  // namespace

AskedShapes::AskedShapes(const ReadOptions& options, const std::vector<std::string>& inputs,
                         const std::string& file) {
  std::vector<Shape> unnamed;
  if (options.input) unnamed.push_back(*options.input);
  for (const auto& [name, shape] : options.inputs) {
    if (name.empty()) {
      unnamed.push_back(shape);
    } else if (std::find(inputs.begin(), inputs.end(), name) == inputs.end()) {
      const std::vector<std::string_view> names(inputs.begin(), inputs.end());
      throw NetworkError{file + ": no input is called '" + name + "'" + suggestion(name, names) +
                         "; there " + (inputs.size() == 1 ? "is " : "are ") + listed(inputs)};
    } else if (!shapes_.emplace(name, shape).second) {
      throw NetworkError{file + ": two shapes for the input '" + name + "'"};
    }
  }
  std::size_t next = 0;
  for (const auto& input : inputs) {
    if (next == unnamed.size()) break;
    if (shapes_.emplace(input, unnamed[next]).second) ++next;
  }
  if (next < unnamed.size()) {
    throw NetworkError{file + ": " + std::to_string(shapes_.size() + unnamed.size() - next) +
                       " shapes for " + std::to_string(inputs.size()) +
                       (inputs.size() == 1 ? " input, " : " inputs, ") + listed(inputs)};
  }
}

const Shape* AskedShapes::of(const std::string& input) const {
  const auto found = shapes_.find(input);
  return found == shapes_.end() ? nullptr : &found->second;
}

}  // namespace erg
