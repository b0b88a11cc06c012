// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace erg {

// A JSON value as it was read: objects keep the order of the text.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;

  Json() = default;
  Json(bool value) : value_{value} {}
  Json(std::int64_t value) : value_{value} {}
  Json(double value) : value_{value} {}
  Json(std::string value) : value_{std::move(value)} {}
  Json(Array value) : value_{std::move(value)} {}
  Json(Object value) : value_{std::move(value)} {}

  // One value and nothing else. Throws FormatError: `name`, the place, what was expected. A key
  // that stands twice in an object is refused.
  static Json parse(std::string_view text, const std::string& name);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  // Empty, or nullptr, where the value is of another kind. An integer is a number, too.
  std::optional<bool> boolean() const;
  std::optional<std::int64_t> integer() const;
  std::optional<double> number() const;
  const std::string* text() const { return std::get_if<std::string>(&value_); }
  const Array* array() const { return std::get_if<Array>(&value_); }
  const Object* object() const { return std::get_if<Object>(&value_); }

  // The value of a key; nullptr where this is no object or has no such key.
  const Json* find(std::string_view key) const;

  friend bool operator==(const Json&, const Json&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

}  // namespace erg
