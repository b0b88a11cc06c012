// SPDX-License-Identifier: Apache-2.0
#include "thesis_path.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <vector>

#include "card_name.h"
#include "erg/lower_case.h"

namespace erg::exchange {
namespace {

struct Named {
  std::string_view folder;
  std::string_view meaning;
};

constexpr std::array<Named, 8> kData{{{"fashion_mnist", "fashion_mnist"},
                                      {"fashionmnist", "fashion_mnist"},
                                      {"fm", "fashion_mnist"},
                                      {"f", "fashion_mnist"},
                                      {"cifar100", "cifar100"},
                                      {"c100", "cifar100"},
                                      {"cifar10", "cifar10"},
                                      {"c10", "cifar10"}}};

// Folders that say how the archive is ordered and nothing of the run.
constexpr std::array<std::string_view, 10> kShelves{
    "modelsdata", "cnnmodelsdata", "database", "thesis", "data",
    "results",    "energydata",    "cnn",      "models", "originaldata"};

constexpr std::array<std::string_view, 12> kPlainNetworks{
    "alexnet",  "vgg11",    "vgg13",     "vgg16",       "vgg19",       "resnet18",
    "resnet34", "resnet50", "googlenet", "mobilenetv1", "mobilenetv2", "vit"};

template <class Table>
std::optional<std::string_view> meaning(const Table& table, std::string_view folder) {
  const auto found = std::ranges::find(table, folder, &Named::folder);
  if (found == table.end()) return std::nullopt;
  return found->meaning;
}

std::optional<int> number_after(std::string_view token, std::string_view prefix) {
  if (!token.starts_with(prefix)) return std::nullopt;
  token.remove_prefix(prefix.size());
  int number = 0;
  const auto [end, status] = std::from_chars(token.data(), token.data() + token.size(), number);
  if (status != std::errc{} || end != token.data() + token.size()) return std::nullopt;
  return number;
}

std::vector<std::string> tokens_of(std::string_view name) {
  std::vector<std::string> tokens{""};
  for (const char c : name) {
    if (c == '_') {
      tokens.emplace_back();
    } else {
      tokens.back() += c;
    }
  }
  return tokens;
}

// E5_B128_R0_SR2, with anything after it.
bool read_run_name(const std::string& folder, ThesisPlace& place) {
  const auto tokens = tokens_of(folder);
  ThesisPlace read = place;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string token = lower_case(tokens[i]);
    if (const auto number = number_after(token, "e")) read.epochs = number;
    if (const auto number = number_after(token, "b")) read.batch = number;
    if (const auto number = number_after(token, "r")) read.round = number;
    if (const auto number = number_after(token, "sr")) read.sampler_ms = number;
    if (token == "layer" || token == "layers") read.by_layer = true;
    if (token.starts_with("nosync")) read.synchronised = false;
    if (token == "performance" && i + 1 < tokens.size()) {
      if (const auto watts = number_after(tokens[i + 1], "")) read.cap = Watts{double(*watts)};
    }
  }
  if (!read.epochs || !read.batch) return false;
  place = std::move(read);
  place.run_name = folder;
  return true;
}

bool read_power_folder(const std::string& folder, ThesisPlace& place) {
  const auto watts = number_after(lower_case(folder), "power");
  if (!watts) return false;
  place.cap = Watts{double(*watts)};
  place.run_name = folder;
  return true;
}

std::string network_name(std::string_view folder) {
  const std::string name = lower_case(folder);
  if (std::ranges::find(kPlainNetworks, name) != kPlainNetworks.end()) return name + "_thesis";
  return name;
}

bool known_family(std::string_view network) {
  constexpr std::array<std::string_view, 7> kFamilies{"alexnet",   "vgg", "resnet",  "googlenet",
                                                      "mobilenet", "vit", "densenet"};
  return std::ranges::any_of(kFamilies, [&](auto family) { return network.starts_with(family); });
}

bool shelf(const std::string& folder) {
  return folder.empty() || folder == "/" || folder == "." ||
         std::ranges::find(kShelves, folder) != kShelves.end();
}

}  // namespace

std::string ThesisPlace::key() const {
  std::string text;
  for (const std::string* piece : {&card, &network, &data, &run_name}) {
    if (piece->empty()) continue;
    if (!text.empty()) text += '/';
    text += *piece;
  }
  return text;
}

ThesisPlace thesis_place(const std::filesystem::path& folder) {
  std::vector<std::string> folders;
  for (const auto& piece : std::filesystem::weakly_canonical(folder)) {
    folders.push_back(piece.string());
  }
  ThesisPlace place;
  for (auto piece = folders.rbegin(); piece != folders.rend(); ++piece) {
    const std::string name = lower_case(*piece);
    if (place.run_name.empty() &&
        (read_run_name(*piece, place) || read_power_folder(*piece, place))) {
      continue;
    }
    const auto data = meaning(kData, name);
    if (data && place.data.empty()) {
      place.data = *data;
      continue;
    }
    if (const auto card = card_name(name)) {
      place.card = card->folder;
      place.device = card->device;
      break;  // what lies above the card is not the archive's
    }
    if (place.network.empty() && !place.run_name.empty() && !shelf(name)) {
      place.network = network_name(*piece);
    }
  }
  // Without a card above it the folder may be anyone's.
  if (place.card.empty() && !known_family(place.network)) place.network.clear();
  return place;
}

}  // namespace erg::exchange
