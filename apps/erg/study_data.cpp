// SPDX-License-Identifier: Apache-2.0
#include "study_data.h"

#include <array>
#include <charconv>

namespace erg {
namespace {

struct Known {
  std::string_view name;
  std::string_view shape;
  DataOutline outline;
};

constexpr std::array<Known, 4> kKnown{{{"fashion_mnist", "1x28x28", {1, 10, 60'000}},
                                       {"mnist", "1x28x28", {1, 10, 60'000}},
                                       {"cifar10", "3x32x32", {3, 10, 50'000}},
                                       {"cifar100", "3x32x32", {3, 100, 50'000}}}};
constexpr std::string_view kSynthetic = "synthetic";

// The part of "synthetic:SHAPE:CLASSES:IMAGES" at `index`; empty where it is left out.
std::string_view field(std::string_view data, int index) {
  for (; index > 0; --index) {
    const auto colon = data.find(':');
    if (colon == std::string_view::npos) return {};
    data.remove_prefix(colon + 1);
  }
  return data.substr(0, data.find(':'));
}

std::int64_t number_or(std::string_view text, std::int64_t otherwise) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end != text.data() ? number : otherwise;
}

}  // namespace

std::optional<DataOutline> outline_of(std::string_view data) {
  for (const auto& known : kKnown) {
    if (known.name == data) return known.outline;
  }
  if (field(data, 0) != kSynthetic) return std::nullopt;
  return DataOutline{number_or(field(data, 1), 3), number_or(field(data, 2), 10),
                     number_or(field(data, 3), 10'000)};
}

std::string made_like(std::string_view data) {
  std::string shape{"3x32x32"};
  for (const auto& known : kKnown) {
    if (known.name == data) shape = known.shape;
  }
  if (field(data, 0) == kSynthetic && !field(data, 1).empty()) shape = field(data, 1);
  const auto outline = outline_of(data).value_or(DataOutline{});
  return "synthetic:" + shape + ":" + std::to_string(outline.classes) + ":64";
}

}  // namespace erg
