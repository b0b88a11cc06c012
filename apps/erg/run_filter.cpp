// SPDX-License-Identifier: Apache-2.0
#include "run_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "console.h"
#include "erg/numbers.h"
#include "erg/suggest.h"

namespace erg {
namespace {

using Field = std::optional<std::string> (*)(const RunSummary&);

std::optional<std::string> given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional{text};
}
std::optional<std::string> given(std::int64_t count) {
  return count == 0 ? std::nullopt : std::optional{std::to_string(count)};
}

const std::array<std::pair<std::string_view, Field>, 15> kFields{{
    {"id", [](const RunSummary& run) { return given(run.id.text()); }},
    {"name", [](const RunSummary& run) { return given(run.name); }},
    {"status", [](const RunSummary& run) { return given(std::string{to_string(run.status)}); }},
    {"start", [](const RunSummary& run) { return given(utc_text(run.start)); }},
    {"network", [](const RunSummary& run) { return given(run.workload.network); }},
    {"data", [](const RunSummary& run) { return given(run.workload.data); }},
    {"input", [](const RunSummary& run) { return given(run.workload.input); }},
    {"batch", [](const RunSummary& run) { return given(run.workload.batch); }},
    {"epochs", [](const RunSummary& run) { return given(run.workload.epochs); }},
    {"precision", [](const RunSummary& run) { return given(run.workload.precision); }},
    {"instrumentation", [](const RunSummary& run) { return given(run.workload.instrumentation); }},
    {"device", [](const RunSummary& run) { return given(run.device); }},
    {"cap",
     [](const RunSummary& run) {
       return run.cap ? std::optional{fmt::format("{}", run.cap->value())} : std::nullopt;
     }},
    {"energy_j",
     [](const RunSummary& run) {
       return run.energy ? given(std::to_string(run.energy->value.value())) : std::nullopt;
     }},
    {"time_s",
     [](const RunSummary& run) {
       return run.time ? given(std::to_string(run.time->count())) : std::nullopt;
     }},
}};

std::optional<std::string> field_of(const RunSummary& run, std::string_view name) {
  const auto field = std::ranges::find(kFields, name, &decltype(kFields)::value_type::first);
  if (field != kFields.end()) {
    if (auto value = field->second(run)) return value;
  }
  const auto tag = run.tags.find(std::string{name});
  return tag == run.tags.end() ? std::nullopt : std::optional{tag->second};
}

std::optional<double> as_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_number_field(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNumbers{"batch", "epochs", "cap", "energy_j",
                                                     "time_s"};
  return std::ranges::find(kNumbers, name) != kNumbers.end();
}

// Negative, zero or positive: numbers as numbers, all else as text.
int compare(const std::string& a, const std::string& b) {
  const auto left = as_number(a);
  const auto right = as_number(b);
  if (left && right) return *left < *right ? -1 : *left > *right ? 1 : 0;
  return a.compare(b);
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && (text.front() == '\'' || text.front() == '"') &&
                      text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

// Where " and " next stands outside quotes.
std::size_t next_and(std::string_view text) {
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote != 0) {
      if (text[i] == quote) quote = 0;
    } else if (text[i] == '\'' || text[i] == '"') {
      quote = text[i];
    } else if (const auto word = text.substr(i, 5); word == " and " || word == " AND ") {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

RunFilter::RunFilter(std::string_view text) {
  if (trimmed(text).empty()) return;
  while (true) {
    const auto place = next_and(text);
    conditions_.push_back(condition(trimmed(text.substr(0, place))));
    if (place == std::string_view::npos) return;
    text.remove_prefix(place + 5);
  }
}

RunFilter::Condition RunFilter::condition(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Comparison>, 7> kComparisons{{
      {"!=", Comparison::not_equal},
      {"<=", Comparison::at_most},
      {">=", Comparison::at_least},
      {"==", Comparison::same},
      {"=", Comparison::equal},
      {"<", Comparison::less},
      {">", Comparison::greater},
  }};
  const auto place = text.find_first_of("=<>!");
  for (const auto& [sign, comparison] : kComparisons) {
    if (place == std::string_view::npos || place == 0) break;
    if (text.substr(place, sign.size()) != sign) continue;
    Condition read{std::string{trimmed(text.substr(0, place))}, comparison,
                   std::string{unquoted(trimmed(text.substr(place + sign.size())))}};
    if (is_number_field(read.field) && !as_number(read.value)) {
      throw UsageError{"'" + plain_text(text) + "': " + read.field + " is a number, '" +
                       plain_text(read.value) + "' is none"};
    }
    return read;
  }
  throw UsageError{"'" + plain_text(text) +
                   "' is no condition like network=lenet5 or energy_j>1000"};
}

bool RunFilter::matches(const RunSummary& run) const {
  return std::ranges::all_of(conditions_, [&](const auto& one) { return holds(one, run); });
}

bool RunFilter::holds(const Condition& condition, const RunSummary& run) {
  const auto value = field_of(run, condition.field);
  if (!value) return condition.comparison == Comparison::not_equal;
  // The beginning of an id is as good as the id, here as everywhere; and the study's form of a
  // network answers to the network's name.
  const bool near = (condition.field == "id" && value->starts_with(condition.value)) ||
                    (condition.field == "network" && *value == condition.value + "_thesis");
  const int order = near ? 0 : compare(*value, condition.value);
  switch (condition.comparison) {
    case Comparison::same:
      return *value == condition.value;
    case Comparison::equal:
      return order == 0;
    case Comparison::not_equal:
      return order != 0;
    case Comparison::less:
      return order < 0;
    case Comparison::at_most:
      return order <= 0;
    case Comparison::greater:
      return order > 0;
    case Comparison::at_least:
      return order >= 0;
  }
  return false;
}

std::string run_fields() {
  std::string names;
  for (const auto& [name, field] : kFields) {
    names += (names.empty() ? "" : ", ") + std::string{name};
  }
  return names;
}

std::string field_text(const RunSummary& run, std::string_view field) {
  return field_of(run, field).value_or("");
}

void require_field(std::span<const RunSummary> runs, std::string_view field) {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : kFields) names.push_back(name);
  if (std::ranges::find(names, field) != names.end() || runs.empty()) return;
  for (const auto& run : runs) {
    if (run.tags.contains(std::string{field})) return;
    for (const auto& [name, value] : run.tags) names.push_back(name);
  }
  throw UsageError{"no run has a field or tag '" + plain_text(field) + "'" +
                   suggestion(field, names)};
}

void RunFilter::require_fields(std::span<const RunSummary> runs) const {
  for (const auto& one : conditions_) require_field(runs, one.field);
}

void sort_runs(std::vector<RunSummary>& runs, std::string_view by) {
  if (by == "start") return;  // as the store gives them
  const bool turned = by.starts_with('-');
  const auto field = by.substr(turned ? 1 : 0);
  std::ranges::stable_sort(runs, [&](const RunSummary& a, const RunSummary& b) {
    const auto left = field_of(a, field);
    const auto right = field_of(b, field);
    if (!left || !right) return left.has_value();
    return turned ? compare(*left, *right) > 0 : compare(*left, *right) < 0;
  });
}

}  // namespace erg
