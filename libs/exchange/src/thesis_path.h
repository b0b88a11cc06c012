// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "erg/environment.h"
#include "erg/units.h"

namespace erg::exchange {

// What the study kept only in the names of folders.
struct ThesisPlace {
  std::string card;      // as the folder says it: "3080"; empty: not said
  std::string device;    // "NVIDIA GeForce RTX 3080"
  std::string network;   // by the catalogue's name: "alexnet_thesis"
  std::string data;      // "fashion_mnist", "cifar100", "cifar10"
  std::string run_name;  // "E5_B128_R0_SR2_layer"
  std::optional<int> epochs;
  std::optional<int> batch;
  std::optional<int> round;
  std::optional<int> sampler_ms;
  std::optional<Watts> cap;
  bool by_layer = false;
  bool synchronised = true;

  // "3080/alexnet_thesis/fashion_mnist/E5_B128_R0_SR2": the same wherever the archive lies.
  std::string key() const;
};

// Reads the folders from the leaf upwards, in whatever order they are nested.
ThesisPlace thesis_place(const std::filesystem::path& folder);

}  // namespace erg::exchange
