// SPDX-License-Identifier: Apache-2.0
#include "study_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "erg/catalogue.h"
#include "erg/count.h"
#include "erg/suggest.h"
#include "network_source.h"
#include "study_data.h"

namespace erg {
namespace {

std::vector<Training> settings_of(const StudyFile& study) {
  std::vector<Training> settings{{}};
  const auto vary = [&](const auto& values, auto Training::*member) {
    std::vector<Training> varied;
    for (const auto& setting : settings) {
      for (const auto& value : values) {
        varied.push_back(setting);
        varied.back().*member = value;
      }
    }
    settings = std::move(varied);
  };
  vary(study.networks, &Training::network);
  vary(study.data, &Training::data);
  vary(study.batch_sizes, &Training::batch);
  vary(study.epochs, &Training::epochs);
  vary(study.precision, &Training::precision);
  vary(study.power_caps_w, &Training::power_cap_w);
  vary(study.sm_clocks_mhz, &Training::sm_clock_mhz);
  vary(study.instrumentation, &Training::instrumentation);
  return settings;
}

// std::shuffle may differ between libraries, and a study must not.
void shuffle(std::vector<Training>& round, std::mt19937_64& random) {
  for (std::size_t left = round.size(); left > 1; --left) {
    std::swap(round[left - 1], round[static_cast<std::size_t>(random() % left)]);
  }
}

Complexity counted_network(const std::string& name, const NetworkOptions& options) {
  if (find_in_catalogue(name)) return count(make_network(name, options));
  CountOptions counting;
  const Network network = read_network({name, options.input, {}}, counting);
  return count(network, counting);
}

}  // namespace

std::string Training::setting() const {
  auto text =
      fmt::format("{} {} b{} e{} {} {}", network, data, batch, epochs, precision, instrumentation);
  if (power_cap_w > 0) text += fmt::format(" {}W", power_cap_w);
  if (sm_clock_mhz > 0) text += fmt::format(" {}MHz", sm_clock_mhz);
  return text;
}

std::vector<Training> trainings_of(const StudyFile& study) {
  const auto settings = settings_of(study);
  std::mt19937_64 random{study.seed};
  std::vector<Training> all;
  for (std::int64_t repeat = 0; repeat < study.repeats; ++repeat) {
    auto round = settings;
    for (auto& training : round) training.repeat = repeat;
    if (study.order == StudyOrder::random) shuffle(round, random);
    if (study.order == StudyOrder::abba && repeat % 2 == 1) std::ranges::reverse(round);
    all.insert(all.end(), round.begin(), round.end());
  }
  return all;
}

std::vector<std::string> train_words(const StudyFile& study, const Training& training) {
  std::vector<std::string> words{
      "train",
      training.network,
      "--data",
      training.data,
      "--batch",
      std::to_string(training.batch),
      "--epochs",
      std::to_string(training.epochs),
      "--precision",
      training.precision,
      "--instrument",
      training.instrumentation,
      "--device",
      study.device,
      "--seed",
      std::to_string(study.train_seed + static_cast<std::uint64_t>(training.repeat))};
  if (study.max_steps > 0) {
    words.insert(words.end(), {"--max-steps", std::to_string(study.max_steps)});
  }
  for (const auto& [option, value] : study.train) {
    words.push_back(option);
    if (!value.empty()) words.push_back(value);
  }
  return words;
}

void check_networks(const StudyFile& study, const std::string& path) {
  for (const auto& name : study.networks) {
    std::error_code ignored;
    if (find_in_catalogue(name) || std::filesystem::is_regular_file(name, ignored)) continue;
    std::vector<std::string_view> names;
    for (const auto& entry : catalogue()) names.push_back(entry.name);
    throw StudyError{path + ": there is no network '" + name + "'" + suggestion(name, names) +
                     ": neither in the catalogue (erg network list) nor a file"};
  }
}

std::optional<double> planned_macs(const StudyFile& study, const Training& training) {
  const auto data = outline_of(training.data);
  NetworkOptions options;
  if (data) {
    options.classes = data->classes;
    options.channels = data->channels;
  }
  const auto size =
      std::ranges::find(study.train, "--input", [](const auto& o) { return o.first; });
  if (size != study.train.end() && data) {
    const auto shape = shape_from(size->second);
    if (shape && shape->rank() == 2)
      options.input = Shape{data->channels, (*shape)[0], (*shape)[1]};
  }
  Complexity counted;
  try {
    counted = counted_network(training.network, options);
  } catch (const NetworkError& error) {
    throw StudyError{error.what()};
  }
  if (!data) return std::nullopt;
  const auto per_epoch = (data->images + training.batch - 1) / training.batch;
  auto steps = per_epoch * training.epochs;
  if (study.max_steps > 0) steps = std::min(steps, study.max_steps);
  const auto& total = counted.total;
  return static_cast<double>(steps * training.batch) *
         static_cast<double>(total.macs + total.backward_macs);
}

}  // namespace erg
