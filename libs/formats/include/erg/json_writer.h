// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace erg {

// Writes JSON text piece by piece: keys in the order given, doubles by their shortest exact digits,
// what is not finite as null, bytes that are not UTF-8 replaced. A misplaced piece is our bug.
class JsonWriter {
 public:
  // `indent` spaces a level; 0: all in one line, as JSON lines want it.
  explicit JsonWriter(int indent = 0) : indent_{indent} {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view key);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view{text}); }
  JsonWriter& value(bool value);
  JsonWriter& value(double number);
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool>) JsonWriter& value(Integer number) {
    return raw(std::to_string(number));
  }
  JsonWriter& null() { return raw("null"); }
  template <class Value>
  JsonWriter& value(const std::optional<Value>& maybe) {
    return maybe ? value(*maybe) : null();
  }

  // key and value at once.
  template <class Value>
  JsonWriter& member(std::string_view name, const Value& content) {
    return key(name).value(content);
  }

  // What was written; whole once every container is closed.
  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& raw(std::string_view text);
  void before_value();
  void new_line();
  void quote(std::string_view text);

  int indent_;
  std::string text_;
  std::vector<bool> filled_;  // by open container: it has something in it
  bool after_key_ = false;
};

}  // namespace erg
