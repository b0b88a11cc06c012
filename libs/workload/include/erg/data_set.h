// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "erg/shape.h"

namespace erg {

// Images that are not there, or are not what they should be: which file, what is wrong, and where
// to get it.
class DataError : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

// Images of one size with their labels, as they lie in the files: 8 bits a channel, each image
// channel by channel, row by row.
struct ImageSet {
  Shape shape;  // channels x height x width
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;  // one an image, from 0

  std::size_t size() const { return labels.size(); }
  std::span<const std::uint8_t> image(std::size_t index) const;
};

// What a network is trained on and what it is tested on.
struct DataSet {
  std::string name;  // as it was asked for
  std::int64_t classes = 0;
  ImageSet train;
  ImageSet test;
  std::string source;  // the folder of the files; "synthetic"

  // The same for the same images and labels, wherever they were found: to tell whether a checkpoint
  // continues on its own data.
  std::uint64_t fingerprint() const;
};

// Where data sets are looked for.
struct DataPlaces {
  // The folder that a user names: a data set's files lie in it or in a folder of the set's name.
  std::optional<std::filesystem::path> chosen;
  // Folders with one folder for each data set, the first that has it decides.
  std::vector<std::filesystem::path> shared;
};

// `chosen`, then ERG_DATA_DIR, the user's data folder, the system's.
DataPlaces data_places(std::optional<std::filesystem::path> chosen = {});

// "cifar10", "cifar100", "fashion_mnist", "mnist", "synthetic".
std::span<const std::string_view> data_set_names();

// By name. "synthetic" is made, not read: synthetic[:CxHxW[:CLASSES[:IMAGES]]], 3x32x32, 10 classes
// and 10000 images unless said. Throws DataError: an unknown name with the nearest known one, a set
// that is nowhere with the places that were looked at, a file that is damaged.
DataSet load_data_set(std::string_view name, const DataPlaces& places = data_places());

}  // namespace erg
