// SPDX-License-Identifier: Apache-2.0
#include "erg/data_set.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "erg/image_files.h"
#include "erg/suggest.h"
#include "synthetic_images.h"

namespace erg {
namespace {

namespace fs = std::filesystem;

// A set that is read from files: what its folder is called and where to get it.
struct Known {
  std::string_view name;
  std::array<std::string_view, 3> folders;
  std::string_view where_to_get;
};

constexpr Known kFashion{
    "fashion_mnist",
    {"fashion-mnist", "fashion_mnist", "FashionMNIST/raw"},
    "on Debian: apt install dataset-fashion-mnist; elsewhere the four files of "
    "https://github.com/zalandoresearch/fashion-mnist"};
constexpr Known kMnist{"mnist",
                       {"mnist", "MNIST/raw", "MNIST"},
                       "its four files are at https://storage.googleapis.com/cvdf-datasets/mnist/"};
constexpr Known kCifar10{
    "cifar10",
    {"cifar-10-batches-bin", "cifar10", "cifar-10"},
    "unpack the binary version from https://www.cs.toronto.edu/~kriz/cifar.html"};
constexpr Known kCifar100{
    "cifar100",
    {"cifar-100-binary", "cifar100", "cifar-100"},
    "unpack the binary version from https://www.cs.toronto.edu/~kriz/cifar.html"};

constexpr std::string_view kSynthetic = "synthetic";
constexpr std::string_view kNames[] = {kCifar10.name, kCifar100.name, kFashion.name, kMnist.name,
                                       kSynthetic};

std::optional<fs::path> idx_file(const fs::path& folder, const std::string& part,
                                 const std::string& kind) {
  for (const char* separator : {"-", "."}) {
    for (const char* end : {"", ".gz"}) {
      fs::path path = folder / (part + separator + kind + "-ubyte" + end);
      std::error_code absent;
      if (fs::is_regular_file(path, absent)) return path;
    }
  }
  return {};
}

std::optional<DataSet> idx_set(const Known& known, const fs::path& folder) {
  const auto train_images = idx_file(folder, "train-images", "idx3");
  const auto train_labels = idx_file(folder, "train-labels", "idx1");
  const auto test_images = idx_file(folder, "t10k-images", "idx3");
  const auto test_labels = idx_file(folder, "t10k-labels", "idx1");
  if (!train_images && !train_labels && !test_images && !test_labels) return {};
  if (!train_images || !train_labels || !test_images || !test_labels) {
    std::string missing;
    const auto miss = [&](const auto& file, const char* name) {
      if (!file) missing += (missing.empty() ? "" : ", ") + std::string{name};
    };
    miss(train_images, "train-images-idx3-ubyte");
    miss(train_labels, "train-labels-idx1-ubyte");
    miss(test_images, "t10k-images-idx3-ubyte");
    miss(test_labels, "t10k-labels-idx1-ubyte");
    throw DataError{folder.string() + " has some of the four files of " + std::string{known.name} +
                    " but not " + missing + " (or .gz): " + std::string{known.where_to_get}};
  }
  DataSet data;
  data.classes = 10;
  data.train = read_idx(*train_images, *train_labels, data.classes);
  data.test = read_idx(*test_images, *test_labels, data.classes);
  if (data.train.shape != data.test.shape) {
    throw DataError{folder.string() + ": training images are " + to_string(data.train.shape) +
                    ", test images " + to_string(data.test.shape)};
  }
  return data;
}

std::optional<DataSet> cifar_set(const Known& known, const fs::path& folder) {
  const bool ten = known.name == kCifar10.name;
  std::vector<fs::path> train;
  if (ten) {
    for (char number = '1'; number <= '5'; ++number) {
      train.push_back(folder / (std::string{"data_batch_"} + number + ".bin"));
    }
  } else {
    train.push_back(folder / "train.bin");
  }
  const std::array test{folder / (ten ? "test_batch.bin" : "test.bin")};
  std::error_code absent;
  if (!fs::is_regular_file(train.front(), absent)) return {};
  DataSet data;
  data.classes = ten ? 10 : 100;
  data.train = read_cifar(train, ten ? 1 : 2, data.classes);
  data.test = read_cifar(test, ten ? 1 : 2, data.classes);
  return data;
}

std::optional<DataSet> set_in(const Known& known, const fs::path& folder) {
  const bool cifar = known.name == kCifar10.name || known.name == kCifar100.name;
  auto data = cifar ? cifar_set(known, folder) : idx_set(known, folder);
  if (data) {
    data->name = known.name;
    data->source = folder.string();
  }
  return data;
}

// Whether this is, by its name, the folder of another set: the files of two have the same names.
bool is_of_another(const Known& known, const fs::path& folder) {
  const auto named = [&](const Known& one) {
    return std::ranges::any_of(one.folders, [&](std::string_view name) {
      const fs::path path{name};
      return folder.filename() == path.filename() &&
             (!path.has_parent_path() ||
              folder.parent_path().filename() == path.parent_path().filename());
    });
  };
  for (const Known& other : {kCifar10, kCifar100, kFashion, kMnist}) {
    if (other.name != known.name && named(other)) return true;
  }
  return false;
}

DataSet find_set(const Known& known, const DataPlaces& places) {
  std::vector<fs::path> tried;
  const auto try_all = [&](const fs::path& root) -> std::optional<DataSet> {
    tried.push_back(root);
    for (const auto folder : known.folders) {
      if (auto data = set_in(known, root / folder)) return data;
    }
    return {};
  };
  if (places.chosen) {
    if (auto data = set_in(known, *places.chosen)) return *data;
    // A folder that was named and has it not is an error, never a reason to take another's.
    if (auto data = try_all(*places.chosen)) return *data;
  } else {
    for (const auto& root : places.shared) {
      if (auto data = try_all(root)) return *data;
      if (is_of_another(known, root)) continue;
      if (auto data = set_in(known, root)) return *data;
    }
  }
  std::string text = "data set " + std::string{known.name} + " is not in";
  for (const auto& place : tried) text += (&place == &tried.front() ? " " : ", ") + place.string();
  throw DataError{text + ": " + std::string{known.where_to_get}};
}

std::optional<fs::path> environment_folder(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr || *value == '\0') return {};
  return fs::path{value};
}

// One round of FNV-1a.
std::uint64_t mix(std::uint64_t hash, std::uint64_t word) { return (hash ^ word) * 0x100000001b3u; }

}  // namespace

std::span<const std::uint8_t> ImageSet::image(std::size_t index) const {
  const auto size = static_cast<std::size_t>(shape.elements());
  return std::span{pixels}.subspan(index * size, size);
}

std::uint64_t DataSet::fingerprint() const {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const ImageSet* set : {&train, &test}) {
    for (const auto extent : set->shape.dims) hash = mix(hash, static_cast<std::uint64_t>(extent));
    for (const auto label : set->labels) hash = mix(hash, static_cast<std::uint64_t>(label));
    for (const auto pixel : set->pixels) hash = mix(hash, pixel);
  }
  return hash;
}

DataPlaces data_places(std::optional<fs::path> chosen) {
  DataPlaces places{std::move(chosen), {}};
  if (auto folder = environment_folder("ERG_DATA_DIR")) places.shared.push_back(*folder);
  if (auto folder = environment_folder("XDG_DATA_HOME")) {
    places.shared.push_back(*folder / "erg" / "datasets");
  } else if (auto home = environment_folder("HOME")) {
    places.shared.push_back(*home / ".local" / "share" / "erg" / "datasets");
  }
  places.shared.emplace_back("/usr/local/share/datasets");
  places.shared.emplace_back("/usr/share/datasets");
  return places;
}

std::span<const std::string_view> data_set_names() { return kNames; }

DataSet load_data_set(std::string_view name, const DataPlaces& places) {
  for (const Known& known : {kCifar10, kCifar100, kFashion, kMnist}) {
    if (name == known.name) return find_set(known, places);
  }
  if (name.substr(0, name.find(':')) == kSynthetic) return synthetic_data_set(name);
  std::string text = "no data set is called '" + std::string{name} + "'";
  text += suggestion(name, kNames) + "; there are";
  for (const auto known : kNames) text += (known == kNames[0] ? " " : ", ") + std::string{known};
  throw DataError{text};
}

}  // namespace erg
