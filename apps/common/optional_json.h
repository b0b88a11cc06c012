// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "erg/units.h"

namespace erg {

// A number that may be absent, in the documents that the programs keep: null, or in SI.
inline nlohmann::ordered_json json_of(const std::optional<double>& number) {
  return number ? nlohmann::ordered_json(*number) : nlohmann::ordered_json{};
}
template <class Value>
nlohmann::ordered_json json_of(const std::optional<Value>& value) {
  return value ? nlohmann::ordered_json(in_si(*value)) : nlohmann::ordered_json{};
}

// Empty where the object has no number of that key.
template <class Value = double, class Json>
std::optional<Value> number_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number()) return std::nullopt;
  return Value{found->template get<double>()};
}

}  // namespace erg
