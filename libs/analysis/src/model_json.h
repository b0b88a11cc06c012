// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "erg/format_error.h"
#include "erg/json.h"

namespace erg {

// Members of an object that must be there. All throw FormatError naming `name` and the key.
inline const Json& member(const Json& json, std::string_view key, const std::string& name) {
  if (const Json* found = json.find(key)) return *found;
  throw FormatError{name + ": '" + std::string{key} + "' is missing"};
}

inline double number_member(const Json& json, std::string_view key, const std::string& name) {
  if (const auto value = member(json, key, name).number()) return *value;
  throw FormatError{name + ": '" + std::string{key} + "' is no number"};
}

inline std::string text_member(const Json& json, std::string_view key, const std::string& name) {
  if (const auto* text = member(json, key, name).text()) return *text;
  throw FormatError{name + ": '" + std::string{key} + "' is no text"};
}

inline const Json::Array& array_member(const Json& json, std::string_view key,
                                       const std::string& name) {
  if (const auto* array = member(json, key, name).array()) return *array;
  throw FormatError{name + ": '" + std::string{key} + "' is no list"};
}

inline std::vector<double> numbers_member(const Json& json, std::string_view key,
                                          const std::string& name) {
  std::vector<double> values;
  for (const auto& one : array_member(json, key, name)) {
    const auto value = one.number();
    if (!value) throw FormatError{name + ": '" + std::string{key} + "' holds what is no number"};
    values.push_back(*value);
  }
  return values;
}

inline std::vector<std::string> texts_member(const Json& json, std::string_view key,
                                             const std::string& name) {
  std::vector<std::string> values;
  for (const auto& one : array_member(json, key, name)) {
    if (!one.text()) throw FormatError{name + ": '" + std::string{key} + "' holds what is no text"};
    values.push_back(*one.text());
  }
  return values;
}

}  // namespace erg
