// SPDX-License-Identifier: Apache-2.0
#include "classes.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>

namespace erg::attribution {
namespace {

std::size_t phase_rank(std::string_view name) {
  const auto found = std::ranges::find(phase::kInOrder, name);
  return static_cast<std::size_t>(found - std::begin(phase::kInOrder));
}

}  // namespace

ClassId ClassTable::of(std::string_view span_name, Pass pass, std::size_t ordinal) {
  switch (options_.by) {
    case Grouping::layer_kind: {
      const auto known = options_.layer_kinds.find(std::string{span_name});
      return named(known != options_.layer_kinds.end() ? known->second
                                                       : std::string{without_number(span_name)},
                   pass);
    }
    case Grouping::epoch:
      // Spans of one name are the epochs of a run in order; names of their own are kept.
      if (span_name == to_string(SpanKind::epoch)) {
        return named(std::string{span_name} + " " + std::to_string(ordinal + 1), Pass::none);
      }
      return named(std::string{span_name}, Pass::none);
    case Grouping::layer:
      return named(std::string{span_name}, pass);
    default:
      return named(std::string{span_name}, Pass::none);
  }
}

ClassId ClassTable::named(std::string name, Pass pass) {
  const auto [place, added] =
      ids_.try_emplace({std::move(name), pass}, static_cast<ClassId>(classes_.size()));
  if (added) classes_.push_back({place->first.first, pass});
  return place->second;
}

std::vector<ClassId> ClassTable::in_order() const {
  std::vector<ClassId> order(classes_.size());
  std::iota(order.begin(), order.end(), ClassId{0});
  std::map<std::string_view, std::size_t> ranks;
  if (options_.by == Grouping::layer) {
    for (const auto& layer : options_.layer_order) ranks.try_emplace(layer, ranks.size());
  }
  const auto rank = [&](const std::string& name) {
    if (options_.by == Grouping::phase) return phase_rank(name);
    const auto known = ranks.find(name);
    return known == ranks.end() ? ranks.size() : known->second;
  };
  std::ranges::stable_sort(order, {}, [&](ClassId id) {
    return std::pair{classes_[id].pass, rank(classes_[id].name)};
  });
  return order;
}

std::optional<SpanKind> span_kind(Grouping grouping) {
  switch (grouping) {
    case Grouping::epoch:
      return SpanKind::epoch;
    case Grouping::phase:
      return SpanKind::phase;
    case Grouping::layer:
    case Grouping::layer_kind:
      return SpanKind::layer;
    case Grouping::range:
      return SpanKind::range;
    default:
      return std::nullopt;
  }
}

std::string_view without_number(std::string_view layer) {
  const auto last = layer.find_last_not_of("0123456789");
  const bool numbered = last != std::string_view::npos && last + 1 < layer.size();
  if (!numbered || last == 0 || (layer[last] != '_' && layer[last] != '.')) return layer;
  return layer.substr(0, last);
}

}  // namespace erg::attribution
