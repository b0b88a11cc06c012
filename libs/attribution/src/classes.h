// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "erg/attribute.h"

namespace erg::attribution {

using ClassId = std::uint32_t;
inline constexpr ClassId kNoClass = static_cast<ClassId>(-1);

// What spans are classed by, in the order they are shown.
struct SpanClass {
  std::string name;
  Pass pass = Pass::none;
};

// The classes of a grouping, as they turn up.
class ClassTable {
 public:
  explicit ClassTable(const AttributionOptions& options) : options_{options} {}

  Grouping by() const { return options_.by; }
  // The class of a span; `ordinal` counts the spans of its name in one part, from 0.
  ClassId of(std::string_view span_name, Pass pass, std::size_t ordinal);
  ClassId named(std::string name, Pass pass);

  std::size_t size() const { return classes_.size(); }
  const SpanClass& operator[](ClassId id) const { return classes_[id]; }
  // Phases in the order of a step, everything else as it turned up, forward before backward.
  std::vector<ClassId> in_order() const;

 private:
  const AttributionOptions& options_;
  std::vector<SpanClass> classes_;
  std::map<std::pair<std::string, Pass>, ClassId> ids_;
};

// The kind of span that a grouping divides by; empty for the whole run and for devices.
std::optional<SpanKind> span_kind(Grouping grouping);

// "Conv2d" for "Conv2d_0".
std::string_view without_number(std::string_view layer);

}  // namespace erg::attribution
