// SPDX-License-Identifier: Apache-2.0
#include "erg/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "erg/format_error.h"

namespace erg {
namespace {

// Builds a Json from the events of nlohmann's parser.
class Builder {
 public:
  explicit Builder(std::string name) : name_{std::move(name)} {}

  bool null() { return add({}); }
  bool boolean(bool value) { return add(Json{value}); }
  bool number_integer(std::int64_t value) { return add(Json{value}); }
  bool number_unsigned(std::uint64_t value) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    return value <= kMost ? add(Json{static_cast<std::int64_t>(value)})
                          : add(Json{static_cast<double>(value)});
  }
  bool number_float(double value, const std::string&) { return add(Json{value}); }
  bool string(std::string& value) { return add(Json{std::move(value)}); }
  bool binary(std::vector<std::uint8_t>&) { return false; }
  bool start_array(std::size_t) { return open(Json::Array{}); }
  bool start_object(std::size_t) { return open(Json::Object{}); }
  bool end_array() { return close(); }
  bool end_object() { return close(); }
  bool key(std::string& key) {
    keys_.back() = std::move(key);
    return true;
  }
  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::detail::exception& error) {
    (void)token;
    throw FormatError{fmt::format("{}, byte {}: {}", name_, position, words_of(error.what()))};
  }

  Json root() && { return std::move(root_); }

 private:
  using Container = std::variant<Json::Array, Json::Object>;
  static constexpr std::size_t kDeepest = 256;

  // Without the parser's own label and its position, which is given already.
  static std::string words_of(std::string_view what) {
    const auto begin = what.find(": ");
    return std::string{begin == std::string_view::npos ? what : what.substr(begin + 2)};
  }

  bool open(Container container) {
    if (open_.size() == kDeepest) throw FormatError{name_ + ": JSON nested too deep"};
    open_.push_back(std::move(container));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    Json whole = std::visit([](auto& values) { return Json{std::move(values)}; }, open_.back());
    if (const auto* object = whole.object()) check_keys(*object);
    open_.pop_back();
    keys_.pop_back();
    return add(std::move(whole));
  }
  bool add(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (auto* array = std::get_if<Json::Array>(&open_.back())) {
      array->push_back(std::move(value));
    } else {
      std::get<Json::Object>(open_.back()).emplace_back(std::move(keys_.back()), std::move(value));
    }
    return true;
  }
  void check_keys(const Json::Object& object) const {
    std::vector<std::string_view> keys;
    for (const auto& [key, value] : object) keys.push_back(key);
    std::ranges::sort(keys);
    const auto twice = std::ranges::adjacent_find(keys);
    if (twice == keys.end()) return;
    throw FormatError{fmt::format("{}: the key \"{}\" stands twice in one object", name_, *twice)};
  }

  std::string name_;
  Json root_;
  std::vector<Container> open_;
  std::vector<std::string> keys_;
};

}  // namespace

Json Json::parse(std::string_view text, const std::string& name) {
  Builder builder{name};
  nlohmann::json::sax_parse(text, &builder);
  return std::move(builder).root();
}

std::optional<bool> Json::boolean() const {
  const auto* value = std::get_if<bool>(&value_);
  return value ? std::optional{*value} : std::nullopt;
}

std::optional<std::int64_t> Json::integer() const {
  const auto* value = std::get_if<std::int64_t>(&value_);
  return value ? std::optional{*value} : std::nullopt;
}

std::optional<double> Json::number() const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  if (const auto value = integer()) return static_cast<double>(*value);
  return std::nullopt;
}

const Json* Json::find(std::string_view key) const {
  const auto* values = object();
  if (!values) return nullptr;
  const auto found = std::ranges::find(*values, key, &Object::value_type::first);
  return found == values->end() ? nullptr : &found->second;
}

}  // namespace erg
