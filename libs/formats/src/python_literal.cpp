// SPDX-License-Identifier: Apache-2.0
#include "erg/python_literal.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

#include "erg/format_error.h"

namespace erg {

// Reads one literal by descent.
class PythonLiteral::Parser {
 public:
  Parser(std::string_view text, PythonLiteral& into)
      : begin_{text.data()}, at_{text.data()}, end_{text.data() + text.size()}, into_{into} {}

  void whole() {
    value(0);
    skip_blanks();
    if (at_ != end_) refuse("more after the end of the value");
  }

 private:
  static constexpr int kDeepest = 64;

  [[noreturn]] void refuse(std::string_view reason) const {
    throw FormatError{fmt::format("Python literal, character {}: {}", at_ - begin_ + 1, reason)};
  }

  void skip_blanks() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }
  char peek() {
    skip_blanks();
    if (at_ == end_) refuse("ends too early");
    return *at_;
  }
  void expect(char c) {
    if (peek() != c) refuse(fmt::format("'{}' expected", c));
    ++at_;
  }

  std::size_t open(Kind kind) {
    into_.nodes_.push_back({kind});
    return into_.nodes_.size() - 1;
  }
  void close(std::size_t node, std::uint32_t size) {
    constexpr std::size_t kMost = std::numeric_limits<std::uint32_t>::max();
    if (into_.nodes_.size() >= kMost) refuse("too many values");
    into_.nodes_[node].size = size;
    into_.nodes_[node].next = static_cast<std::uint32_t>(into_.nodes_.size());
  }
  Node& leaf(Kind kind) {
    const std::size_t node = open(kind);
    close(node, 0);
    return into_.nodes_[node];
  }

  void value(int depth) {
    if (depth > kDeepest) refuse("nested too deep");
    switch (const char c = peek(); c) {
      case '{':
        return dict(depth);
      case '[':
        return sequence(Kind::list, ']', depth);
      case '(':
        return sequence(Kind::tuple, ')', depth);
      case '\'':
      case '"':
        return string();
      default:
        if (c == '-' || c == '+' || c == '.' || (c >= '0' && c <= '9')) return number();
        return word(depth);
    }
  }

  void dict(int depth) {
    const std::size_t node = open(Kind::dict);
    ++at_;
    std::uint32_t pairs = 0;
    while (peek() != '}') {
      value(depth + 1);
      expect(':');
      value(depth + 1);
      ++pairs;
      if (peek() != '}') expect(',');
    }
    ++at_;
    close(node, pairs);
  }

  void sequence(Kind kind, char last, int depth) {
    const std::size_t node = open(kind);
    ++at_;
    std::uint32_t size = 0;
    bool comma = false;
    while (peek() != last) {
      value(depth + 1);
      ++size;
      comma = peek() == ',';
      if (comma) ++at_;
      if (!comma && peek() != last) refuse(fmt::format("',' or '{}' expected", last));
    }
    ++at_;
    if (kind == Kind::tuple && size == 1 && !comma) return unwrap(node);
    close(node, size);
  }

  // "(5)" is 5.
  void unwrap(std::size_t node) {
    into_.nodes_.erase(into_.nodes_.begin() + static_cast<std::ptrdiff_t>(node));
    for (std::size_t i = node; i < into_.nodes_.size(); ++i) --into_.nodes_[i].next;
  }

  void number() {
    const char* from = *at_ == '+' ? at_ + 1 : at_;
    double parsed = 0;
    const auto [end, status] = std::from_chars(from, end_, parsed);
    if (status == std::errc::invalid_argument) refuse("a sign without a number");
    if (status != std::errc{}) refuse("a number that no double holds");
    const std::string_view text{from, static_cast<std::size_t>(end - from)};
    Node& node =
        leaf(text.find_first_not_of("-0123456789") == std::string_view::npos ? Kind::integer
                                                                             : Kind::number);
    node.number = parsed;
    node.text = text;
    at_ = end;
  }

  void string() {
    const char quote = *at_++;
    const char* const from = at_;
    while (at_ < end_ && *at_ != quote && *at_ != '\\') ++at_;
    if (at_ == end_) refuse("a string without its end");
    std::string_view text{from, static_cast<std::size_t>(at_ - from)};
    if (*at_ == '\\') text = escaped(text, quote);
    ++at_;
    leaf(Kind::string).text = text;
  }

  // A string with backslashes, of which `start` was read.
  std::string_view escaped(std::string_view start, char quote) {
    std::string& text = into_.unescaped_.emplace_back(start);
    while (at_ < end_ && *at_ != quote) {
      if (*at_ != '\\') {
        text += *at_++;
        continue;
      }
      if (++at_ == end_) break;
      constexpr std::string_view kNames = "nrt0\\'\"";
      constexpr std::string_view kMeanings{"\n\r\t\0\\'\"", 7};
      const auto which = kNames.find(*at_);
      if (which == std::string_view::npos) refuse("an escape that is not read here");
      text += kMeanings[which];
      ++at_;
    }
    if (at_ == end_) refuse("a string without its end");
    return text;
  }

  static bool in_name(char c) {
    const char lower = static_cast<char>(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
  }

  void word(int depth) {
    const char* from = at_;
    while (at_ < end_ && in_name(*at_)) ++at_;
    const std::string_view name{from, static_cast<std::size_t>(at_ - from)};
    if (name == "None") return void(leaf(Kind::none));
    if (name == "True") return void(leaf(Kind::boolean).number = 1);
    if (name == "False") return void(leaf(Kind::boolean));
    if (name == "nan") {
      return void(leaf(Kind::number).number = std::numeric_limits<double>::quiet_NaN());
    }
    if (name == "inf") {
      return void(leaf(Kind::number).number = std::numeric_limits<double>::infinity());
    }
    if (numpy_number(name)) {
      expect('(');
      value(depth + 1);
      return expect(')');
    }
    at_ = from;
    refuse(name.empty()
               ? fmt::format("'{}' is no value", *at_)
               : fmt::format("'{}' is not read here: write numbers, strings, lists, tuples "
                             "and dicts alone",
                             name));
  }

  static bool numpy_number(std::string_view name) {
    for (const std::string_view prefix : {"np.", "numpy."}) {
      if (!name.starts_with(prefix)) continue;
      name.remove_prefix(prefix.size());
      for (const std::string_view type : {"float16", "float32", "float64", "int32", "int64"}) {
        if (name == type) return true;
      }
    }
    return false;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  PythonLiteral& into_;
};

void PythonLiteral::parse(std::string_view text) {
  nodes_.clear();
  unescaped_.clear();
  Parser{text, *this}.whole();
}

}  // namespace erg
