// SPDX-License-Identifier: Apache-2.0
#include "erg/training_options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>

#include "erg/suggest.h"

namespace erg {
namespace {

constexpr std::string_view kInstrumentations[] = {
    "none", "phases", "layers", "sync-step", "sync-phases", "sync-layers", "nosync1", "nosync3"};
constexpr std::string_view kPrecisions[] = {"fp32", "tf32", "bf16", "fp16"};
constexpr std::string_view kOptimizers[] = {"sgd", "adam", "adamw"};

template <class Enum>
Enum from_word(std::string_view what, std::string_view word,
               std::span<const std::string_view> words) {
  const auto found = std::ranges::find(words, word);
  if (found != words.end()) return static_cast<Enum>(found - words.begin());
  std::string text = "no " + std::string{what} + " is called '" + std::string{word} + "'" +
                     suggestion(word, words) + "; there are";
  for (const auto& known : words) {
    text += (&known == &words.front() ? " " : ", ") + std::string{known};
  }
  throw TrainingError{text};
}

template <class Number>
bool parse(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::span<const std::string_view> instrumentation_names() { return kInstrumentations; }
std::span<const std::string_view> precision_names() { return kPrecisions; }
std::span<const std::string_view> optimizer_names() { return kOptimizers; }

std::string_view to_string(Instrumentation instrumentation) {
  return kInstrumentations[static_cast<std::size_t>(instrumentation)];
}
std::string_view to_string(Precision precision) {
  return kPrecisions[static_cast<std::size_t>(precision)];
}
std::string_view to_string(OptimizerKind kind) {
  return kOptimizers[static_cast<std::size_t>(kind)];
}

Instrumentation instrumentation_from(std::string_view word) {
  return from_word<Instrumentation>("instrumentation", word, kInstrumentations);
}
Precision precision_from(std::string_view word) {
  return from_word<Precision>("precision", word, kPrecisions);
}
OptimizerKind optimizer_kind_from(std::string_view word) {
  return from_word<OptimizerKind>("optimizer", word, kOptimizers);
}

double Schedule::factor(std::int64_t step, std::int64_t steps_per_epoch, std::int64_t total) const {
  const auto ratio = [](std::int64_t a, std::int64_t b) {
    return static_cast<double>(a) / static_cast<double>(b);
  };
  if (step < warmup_steps) return ratio(step + 1, warmup_steps);
  switch (kind) {
    case Kind::constant:
      return 1;
    case Kind::step:
      return std::pow(gamma, static_cast<double>(step / (steps_per_epoch * step_epochs)));
    case Kind::cosine:
      return 0.5 * (1 + std::cos(std::numbers::pi *
                                 ratio(step - warmup_steps,
                                       std::max<std::int64_t>(total - warmup_steps, 1))));
  }
  return 1;
}

Schedule schedule_from(std::string_view text) {
  Schedule schedule;
  const auto word = text.substr(0, text.find(':'));
  auto rest = text.substr(std::min(word.size() + 1, text.size()));
  bool good = true;
  if (word == "step") {
    schedule.kind = Schedule::Kind::step;
    const auto epochs = rest.substr(0, rest.find(':'));
    good = parse(epochs, schedule.step_epochs) && schedule.step_epochs > 0;
    rest.remove_prefix(std::min(epochs.size() + 1, rest.size()));
    if (!rest.empty()) good = good && parse(rest, schedule.gamma) && schedule.gamma > 0;
  } else {
    good = rest.empty() && (word == "constant" || word == "cosine");
    if (word == "cosine") schedule.kind = Schedule::Kind::cosine;
  }
  if (!good) {
    throw TrainingError{"cannot read the schedule '" + std::string{text} +
                        "'; the forms are constant, cosine, step:EPOCHS and step:EPOCHS:GAMMA"};
  }
  return schedule;
}

}  // namespace erg
