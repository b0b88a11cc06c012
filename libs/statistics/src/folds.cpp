// SPDX-License-Identifier: Apache-2.0
#include "erg/folds.h"

#include <cassert>
#include <map>
#include <numeric>
#include <random>
#include <utility>

namespace erg {
namespace {

std::vector<Fold> folds_of(const std::vector<std::size_t>& fold_of, std::size_t count) {
  std::vector<Fold> folds(count);
  for (std::size_t i = 0; i < fold_of.size(); ++i) {
    for (std::size_t fold = 0; fold < count; ++fold) {
      (fold == fold_of[i] ? folds[fold].test : folds[fold].train).push_back(i);
    }
  }
  return folds;
}

}  // namespace

std::vector<Fold> k_folds(std::size_t size, std::size_t count, std::uint64_t seed) {
  assert(count >= 2 && count <= size);
  std::vector<std::size_t> order(size), fold_of(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937_64 random{seed};
  for (std::size_t i = 0; i < size; ++i) {
    std::swap(order[i], order[i + random() % (size - i)]);
    fold_of[order[i]] = i % count;
  }
  return folds_of(fold_of, count);
}

std::vector<Fold> folds_by_group(std::span<const std::string> groups) {
  std::map<std::string, std::size_t> numbers;
  for (const auto& group : groups) numbers.try_emplace(group, 0);
  std::size_t next = 0;
  for (auto& [group, number] : numbers) number = next++;
  std::vector<std::size_t> fold_of;
  for (const auto& group : groups) fold_of.push_back(numbers[group]);
  return folds_of(fold_of, numbers.size());
}

}  // namespace erg
