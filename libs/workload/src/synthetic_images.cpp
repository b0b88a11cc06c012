// SPDX-License-Identifier: Apache-2.0
#include "synthetic_images.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <string>

namespace erg {
namespace {

constexpr std::int64_t kMostClasses = 100'000;
constexpr std::int64_t kMostImages = 10'000'000;
constexpr std::int64_t kMostBytes = std::int64_t{8} << 30;

struct Description {
  Shape shape{3, 32, 32};
  std::int64_t classes = 10;
  std::int64_t images = 10'000;
};

[[noreturn]] void refuse(std::string_view text, std::string_view part) {
  throw DataError{"data set '" + std::string{text} + "': cannot read '" + std::string{part} +
                  "'; the form is synthetic[:CxHxW[:CLASSES[:IMAGES]]], as in "
                  "synthetic:3x224x224:100:5000, with 2 classes or more and 2 to " +
                  std::to_string(kMostImages) + " images"};
}

std::int64_t number_in(std::string_view text, std::string_view part, std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
  if (error != std::errc{} || end != part.data() + part.size() || number < 2 || number > most) {
    refuse(text, part);
  }
  return number;
}

Description parse(std::string_view text) {
  Description description;
  std::string_view rest = text;
  for (int field = 0; !rest.empty(); ++field) {
    const auto colon = std::min(rest.find(':'), rest.size());
    const auto part = rest.substr(0, colon);
    rest.remove_prefix(std::min(colon + 1, rest.size()));
    if (field == 1) {
      const auto shape = shape_from(part);
      if (!shape || shape->rank() != 3) refuse(text, part);
      description.shape = *shape;
    } else if (field == 2) {
      description.classes = number_in(text, part, kMostClasses);
    } else if (field == 3) {
      description.images = number_in(text, part, kMostImages);
    } else if (field > 3) {
      refuse(text, part);
    }
  }
  if (description.shape.elements() > kMostBytes / description.images) {
    throw DataError{"data set '" + std::string{text} + "' would take more than 8 GiB of memory"};
  }
  return description;
}

// Splits each random word into bytes: a generator call a pixel would take seconds.
class Bytes {
 public:
  explicit Bytes(std::uint64_t seed) : random_{seed} {}
  std::uint8_t next() {
    if (left_ == 0) {
      word_ = random_();
      left_ = 8;
    }
    const auto byte = static_cast<std::uint8_t>(word_);
    word_ >>= 8;
    --left_;
    return byte;
  }

 private:
  std::mt19937_64 random_;
  std::uint64_t word_ = 0;
  int left_ = 0;
};

ImageSet make_set(const Description& description, std::int64_t images, std::uint64_t seed) {
  const auto size = static_cast<std::size_t>(description.shape.elements());
  ImageSet set;
  set.shape = description.shape;
  set.pixels.resize(size * static_cast<std::size_t>(images));
  set.labels.resize(static_cast<std::size_t>(images));
  Bytes noise{seed};
  auto pixel = set.pixels.begin();
  for (std::size_t i = 0; i < set.labels.size(); ++i) {
    const auto label = static_cast<std::int32_t>(i % static_cast<std::size_t>(description.classes));
    set.labels[i] = label;
    Bytes pattern{static_cast<std::uint64_t>(label)};
    for (std::size_t j = 0; j < size; ++j, ++pixel) {
      *pixel = static_cast<std::uint8_t>((2 * pattern.next() + noise.next()) / 3);
    }
  }
  return set;
}

}  // namespace

DataSet synthetic_data_set(std::string_view text) {
  const Description description = parse(text);
  DataSet data;
  data.name = text;
  data.classes = description.classes;
  data.source = "synthetic";
  data.train = make_set(description, description.images, 1u << 20);
  data.test = make_set(description, std::max<std::int64_t>(description.images / 5, 1), 1u << 21);
  return data;
}

}  // namespace erg
