// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace erg {

// One round of a cross-validation: indices in ascending order, each in exactly one of the two.
struct Fold {
  std::vector<std::size_t> train;
  std::vector<std::size_t> test;
};

// Splits [0, size) into `count` tests of nearly equal size, at random. Each index is tested once.
// Precondition: 2 <= count <= size.
std::vector<Fold> k_folds(std::size_t size, std::size_t count, std::uint64_t seed);

// One fold for each different group (a network, a device): what is tested was never seen at all.
std::vector<Fold> folds_by_group(std::span<const std::string> groups);

}  // namespace erg
