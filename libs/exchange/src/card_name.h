// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace erg::exchange {

// A card as a folder names it.
struct CardName {
  std::string folder;  // its model alone: "3080", "3090_ti", "a5000"
  std::string device;  // "NVIDIA GeForce RTX 3080", "NVIDIA RTX A5000", "Apple M2 Pro"
};

// Of a folder in lower case, with whatever stands around the model: "rtx4090", "caps_3060",
// "nvidia-a100-80gb". The study's own cards are those it had: its 3060 was a laptop's.
std::optional<CardName> card_name(std::string_view folder);

}  // namespace erg::exchange
