// SPDX-License-Identifier: Apache-2.0
#include "option_json.h"

#include <array>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "erg/suggest.h"
#include "layer_options.h"

namespace erg {
namespace {

constexpr std::array<std::pair<Reduction, std::string_view>, 4> kReductions{{
    {Reduction::mean, "mean"},
    {Reduction::sum, "sum"},
    {Reduction::max, "max"},
    {Reduction::min, "min"},
}};

constexpr std::array<std::pair<PadMode, std::string_view>, 4> kPadModes{{
    {PadMode::constant, "constant"},
    {PadMode::reflect, "reflect"},
    {PadMode::replicate, "replicate"},
    {PadMode::circular, "circular"},
}};

template <class Words, class Value>
void write_word(JsonWriter& out, const Words& words, Value value) {
  for (const auto& [known, word] : words) {
    if (known == value) out.value(word);
  }
}

template <class Words, class Value>
bool read_word(const Json& json, const Words& words, Value& value) {
  if (!json.text()) return false;
  for (const auto& [known, word] : words) {
    if (word != *json.text()) continue;
    value = known;
    return true;
  }
  return false;
}

void write(JsonWriter& out, std::int64_t value) { out.value(value); }
void write(JsonWriter& out, double value) { out.value(value); }
void write(JsonWriter& out, bool value) { out.value(value); }

void write(JsonWriter& out, const std::vector<std::int64_t>& values) {
  out.begin_array();
  for (const auto value : values) out.value(value);
  out.end_array();
}

void write(JsonWriter& out, const Shape& shape) { write(out, shape.dims); }
void write(JsonWriter& out, const Pair& pair) {
  write(out, std::vector<std::int64_t>{pair.height, pair.width});
}

void write(JsonWriter& out, Reduction reduction) { write_word(out, kReductions, reduction); }
void write(JsonWriter& out, PadMode mode) { write_word(out, kPadModes, mode); }

// Reading. Each returns whether the value has the right form.
bool read(const Json& json, std::int64_t& value) {
  const auto number = json.integer();
  if (number) value = *number;
  return number.has_value();
}

bool read(const Json& json, double& value) {
  const auto number = json.number();
  if (number) value = *number;
  return number.has_value();
}

bool read(const Json& json, bool& value) {
  const auto boolean = json.boolean();
  if (boolean) value = *boolean;
  return boolean.has_value();
}

bool read(const Json& json, std::vector<std::int64_t>& values) {
  if (!json.array()) return false;
  values.clear();
  for (const auto& element : *json.array()) {
    values.push_back(0);
    if (!read(element, values.back())) return false;
  }
  return true;
}

bool read(const Json& json, Shape& shape) { return read(json, shape.dims); }

bool read(const Json& json, Pair& pair) {
  if (const auto both = json.integer()) {
    pair = Pair{*both};
    return true;
  }
  std::vector<std::int64_t> values;
  if (!read(json, values) || values.size() != 2) return false;
  pair = {values[0], values[1]};
  return true;
}

bool read(const Json& json, Reduction& reduction) {
  return read_word(json, kReductions, reduction);
}
bool read(const Json& json, PadMode& mode) { return read_word(json, kPadModes, mode); }

std::string_view wanted(const std::int64_t&) { return "a whole number"; }
std::string_view wanted(const double&) { return "a number"; }
std::string_view wanted(const bool&) { return "true or false"; }
std::string_view wanted(const std::vector<std::int64_t>&) { return "a list of whole numbers"; }
std::string_view wanted(const Shape&) { return "a list of whole numbers"; }
std::string_view wanted(const Pair&) { return "a whole number, or two for height and width"; }
std::string_view wanted(const Reduction&) { return "mean, sum, max or min"; }
std::string_view wanted(const PadMode&) { return "constant, reflect, replicate or circular"; }

}  // namespace

void write_options(JsonWriter& out, const Layer& layer) {
  std::visit(
      [&](const auto& options) {
        const std::remove_cvref_t<decltype(options)> plain{};
        for_each_option(options, [&](std::string_view name, const auto& value) {
          for_each_option(plain, [&](std::string_view other, const auto& standard) {
            if constexpr (std::is_same_v<decltype(value), decltype(standard)>) {
              if (name == other && value != standard) {
                out.key(name);
                write(out, value);
              }
            }
          });
        });
      },
      layer);
}

void read_option(Layer& layer, const std::string& name, const Json& value,
                 std::span<const std::string_view> other_keys) {
  bool known = false;
  std::vector<std::string_view> names;
  std::visit(
      [&](auto& options) {
        for_each_option(options, [&](std::string_view option, auto& target) {
          names.push_back(option);
          if (option != name) return;
          known = true;
          if (!read(value, target)) {
            throw LayerError{"option '" + name + "': wanted " + std::string{wanted(target)}};
          }
        });
      },
      layer);
  names.insert(names.end(), other_keys.begin(), other_keys.end());
  if (!known) throw LayerError{"has no option '" + name + "'" + suggestion(name, names)};
}

}  // namespace erg
