// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erg/format_error.h"
#include "erg/json.h"
#include "erg/time.h"

namespace erg::exchange {

// The members of an object that must be there, by key; one that is not, or is of another kind,
// throws FormatError with its key.
class Members {
 public:
  explicit Members(const Json& object) : object_{object} {
    if (!object.object()) throw FormatError{"an object is wanted"};
  }

  const Json& operator[](std::string_view key) const {
    const Json* value = object_.find(key);
    if (!value) fail(key, "is missing");
    return *value;
  }
  bool has(std::string_view key) const { return object_.find(key) != nullptr; }

  std::string text(std::string_view key) const {
    const auto* value = (*this)[key].text();
    if (!value) fail(key, "is no text");
    return *value;
  }
  double number(std::string_view key) const {
    const auto value = (*this)[key].number();
    if (!value) fail(key, "is no number");
    return *value;
  }
  std::int64_t integer(std::string_view key) const {
    const auto value = (*this)[key].integer();
    if (!value) fail(key, "is no integer");
    return *value;
  }
  // Within [least, most], in the type asked for.
  template <class Integer>
  Integer integer_within(std::string_view key, std::int64_t least, std::int64_t most) const {
    const std::int64_t value = integer(key);
    if (value < least || value > most) fail(key, "is out of range");
    return static_cast<Integer>(value);
  }
  std::optional<double> maybe_number(std::string_view key) const {
    return (*this)[key].is_null() ? std::nullopt : std::optional{number(key)};
  }
  const Json::Array& array(std::string_view key) const {
    const auto* value = (*this)[key].array();
    if (!value) fail(key, "is no list");
    return *value;
  }
  std::vector<std::string> texts(std::string_view key) const {
    std::vector<std::string> all;
    for (const Json& each : array(key)) {
      if (!each.text()) fail(key, "holds something else than texts");
      all.push_back(*each.text());
    }
    return all;
  }
  std::vector<std::int64_t> integers(std::string_view key) const {
    std::vector<std::int64_t> all;
    for (const Json& each : array(key)) {
      const auto value = each.integer();
      if (!value) fail(key, "holds something else than integers");
      all.push_back(*value);
    }
    return all;
  }
  std::map<std::string, std::string> text_map(std::string_view key) const {
    const auto* values = (*this)[key].object();
    if (!values) fail(key, "is no object");
    std::map<std::string, std::string> all;
    for (const auto& [name, value] : *values) {
      if (!value.text()) fail(key, "holds something else than texts");
      all[name] = *value.text();
    }
    return all;
  }
  Timestamp time(std::string_view key) const { return Timestamp{Nanoseconds{integer(key)}}; }
  UtcTime utc(std::string_view key) const { return UtcTime{Nanoseconds{integer(key)}}; }

  // An enumeration by the word that to_string gives it, up to `last`.
  template <class Enumeration>
  Enumeration word(std::string_view key, Enumeration last) const {
    return from_word(text(key), last, key);
  }
  template <class Enumeration>
  static Enumeration from_word(std::string_view word, Enumeration last, std::string_view key) {
    for (int i = 0; i <= static_cast<int>(last); ++i) {
      if (to_string(static_cast<Enumeration>(i)) == word) return static_cast<Enumeration>(i);
    }
    fail(key, "is no word known here");
  }

  [[noreturn]] static void fail(std::string_view key, std::string_view why) {
    throw FormatError{"\"" + std::string{key} + "\" " + std::string{why}};
  }

 private:
  const Json& object_;
};

}  // namespace erg::exchange
