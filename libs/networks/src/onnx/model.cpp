// SPDX-License-Identifier: Apache-2.0
#include "model.h"

namespace erg::onnx {

const Attribute* Operation::find(std::string_view attribute) const {
  const auto found = attributes.find(attribute);
  return found == attributes.end() ? nullptr : &found->second;
}

std::int64_t Operation::integer(std::string_view attribute, std::int64_t otherwise) const {
  const auto* found = find(attribute);
  return found ? found->integer : otherwise;
}

double Operation::real(std::string_view attribute, double otherwise) const {
  const auto* found = find(attribute);
  return found ? static_cast<double>(found->real) : otherwise;
}

std::string Operation::text(std::string_view attribute, std::string otherwise) const {
  const auto* found = find(attribute);
  return found ? found->text : otherwise;
}

std::vector<std::int64_t> Operation::integers(std::string_view attribute,
                                              std::vector<std::int64_t> otherwise) const {
  const auto* found = find(attribute);
  return found ? found->integers : otherwise;
}

}  // namespace erg::onnx
