// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace erg {

// A data set that is known by name.
struct DataSize {
  std::string_view name;
  std::int64_t images;  // to train on
  std::int64_t classes;
};
inline constexpr std::array kDataSizes{
    DataSize{"fashion_mnist", 60000, 10}, DataSize{"mnist", 60000, 10},
    DataSize{"cifar100", 50000, 100}, DataSize{"cifar10", 50000, 10},
    DataSize{"imagenet", 1281167, 1000}};

}  // namespace erg
