// SPDX-License-Identifier: Apache-2.0
#include "card_name.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

namespace erg::exchange {
namespace {

using Word = std::pair<std::string_view, std::string_view>;

constexpr std::array<Word, 5> kOfTheStudy{{{"3060", "NVIDIA GeForce RTX 3060 Laptop GPU"},
                                           {"3080", "NVIDIA GeForce RTX 3080"},
                                           {"4070", "NVIDIA GeForce RTX 4070"},
                                           {"4090", "NVIDIA GeForce RTX 4090"},
                                           {"m1", "Apple M1"}}};

constexpr std::array<Word, 7> kSuffixes{{{"ti", " Ti"},
                                         {"super", " SUPER"},
                                         {"laptop", " Laptop GPU"},
                                         {"mobile", " Laptop GPU"},
                                         {"pro", " Pro"},
                                         {"max", " Max"},
                                         {"ultra", " Ultra"}}};

constexpr std::array<std::string_view, 18> kOfDataCentres{
    "a2",   "a10",  "a16",  "a30", "a40", "a100", "a800", "b100", "b200",
    "h100", "h200", "h800", "l4",  "l40", "l40s", "p100", "t4",   "v100"};

constexpr std::array<std::string_view, 6> kWorkstations{"a2000", "a4000", "a4500",
                                                        "a5000", "a5500", "a6000"};

template <class Table>
std::string_view meaning(const Table& table, std::string_view word) {
  const auto found = std::ranges::find(table, word, &Word::first);
  return found == table.end() ? std::string_view{} : found->second;
}

bool among(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// "GTX " of 1050 to 1080 and 1630 to 1660, "RTX " of 2050 to 5090; empty for other numbers.
std::string_view geforce(std::string_view model) {
  if (model.size() != 4 || model[3] != '0' || model[2] < '3' || model[2] > '9') return {};
  const std::string_view generation = model.substr(0, 2);
  if (generation == "10" || generation == "16") return "GTX ";
  constexpr std::array<std::string_view, 4> kRtx{"20", "30", "40", "50"};
  return among(kRtx, generation) && model[2] >= '5' ? "RTX " : std::string_view{};
}

std::string device_of(std::string_view model) {
  if (const auto series = geforce(model); !series.empty()) {
    return "NVIDIA GeForce " + std::string{series} + std::string{model};
  }
  std::string capitals{model};
  for (char& c : capitals) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (among(kOfDataCentres, model)) return "NVIDIA " + capitals;
  if (among(kWorkstations, model)) return "NVIDIA RTX " + capitals;
  if (model.size() == 2 && model[0] == 'm' && model[1] >= '1' && model[1] <= '9') {
    return "Apple " + capitals;
  }
  return {};
}

// Words of letters or of a model; "rtx4090" and "3090ti" are two.
std::vector<std::string> words_of(std::string_view folder) {
  std::vector<std::string> words{""};
  for (const char c : folder) {
    if (c == '_' || c == '-' || c == ' ' || c == '.') {
      words.emplace_back();
      continue;
    }
    std::string& word = words.back();
    const bool digit = c >= '0' && c <= '9';
    const bool after_letters = word == "rtx" || word == "gtx" || word == "geforce";
    const bool after_number = !digit && geforce(word) != std::string_view{};
    if (after_letters || after_number) words.emplace_back();
    words.back() += c;
  }
  return words;
}

}  // namespace

std::optional<CardName> card_name(std::string_view folder) {
  const auto words = words_of(folder);
  for (std::size_t i = 0; i < words.size(); ++i) {
    CardName card{words[i], device_of(words[i])};
    if (card.device.empty()) continue;
    for (++i; i < words.size(); ++i) {
      const auto suffix = meaning(kSuffixes, words[i]);
      if (suffix.empty()) break;
      card.folder += "_" + words[i];
      card.device += suffix;
    }
    if (const auto known = meaning(kOfTheStudy, card.folder); !known.empty()) card.device = known;
    return card;
  }
  for (const auto& [model, device] : kOfTheStudy) {
    if (model.size() == 4 && folder.find(model) != std::string_view::npos) {
      return CardName{std::string{model}, std::string{device}};
    }
  }
  return std::nullopt;
}

}  // namespace erg::exchange
