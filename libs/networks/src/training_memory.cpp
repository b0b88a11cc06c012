// SPDX-License-Identifier: Apache-2.0
#include "training_memory.h"

#include <algorithm>
#include <optional>

namespace erg {
namespace {

// Bytes in use over the moments of a step: node i runs forward at i, backward at 2n - 1 - i.
class Timeline {
 public:
  explicit Timeline(std::size_t moments) : change_(moments + 1, 0) {}

  void use(std::size_t first, std::size_t last, std::uint64_t bytes) {
    change_[first] += static_cast<std::int64_t>(bytes);
    change_[last + 1] -= static_cast<std::int64_t>(bytes);
  }

  std::uint64_t peak() const {
    std::int64_t in_use = 0;
    std::int64_t most = 0;
    for (const auto change : change_) most = std::max(most, in_use += change);
    return static_cast<std::uint64_t>(most);
  }

 private:
  std::vector<std::int64_t> change_;
};

// A tensor that owns memory.
struct Life {
  std::size_t last_use = 0;                 // the last node that reads it
  std::optional<std::size_t> first_keeper;  // whose backward is the last to see it
};

}  // namespace

TrainingMemory training_memory(const Network& network, const std::vector<Placed>& placed,
                               const std::vector<bool>& learns, std::int64_t bytes_per_number) {
  const std::size_t n = network.size();
  const auto bytes_of = [&](std::size_t i) {
    return numbers(placed[i].output, placed[i].batch) *
           static_cast<std::uint64_t>(bytes_per_number);
  };
  std::vector<std::size_t> owner(n);
  std::vector<Life> lives(n);
  TrainingMemory memory{std::vector<std::uint64_t>(n, 0)};
  Timeline timeline{2 * n};
  const auto keep = [&](std::size_t tensor, std::size_t keeper) {
    auto& first = lives[owner[tensor]].first_keeper;
    if (first) return;
    first = keeper;
    memory.kept[keeper] += bytes_of(owner[tensor]);
  };
  for (std::size_t i = 0; i < n; ++i) {
    const auto& inputs = network[i].inputs;
    owner[i] = is_view(network[i].layer) ? owner[inputs[0]] : i;
    lives[owner[i]].last_use = i;
    for (const auto input : inputs) lives[owner[input]].last_use = i;
    if (!learns[i]) continue;
    const Kept wanted = kept(placed[i], bytes_per_number);
    for (std::size_t j = 0; j < wanted.inputs.size(); ++j) {
      if (wanted.inputs[j]) keep(inputs[j], i);
    }
    if (wanted.output) keep(i, i);
    memory.kept[i] += wanted.private_bytes;
    if (wanted.private_bytes > 0) timeline.use(i, 2 * n - 1 - i, wanted.private_bytes);
  }
  lives[owner[network.output()]].last_use = n - 1;
  for (std::size_t i = 0; i < n; ++i) {
    const bool weights = placed[i].inputs.empty() && placed[i].weights > 0;
    if (owner[i] != i || weights) continue;
    const auto& life = lives[i];
    timeline.use(i, life.first_keeper ? 2 * n - 1 - *life.first_keeper : life.last_use,
                 bytes_of(i));
    if (learns[i]) timeline.use(2 * n - 1 - life.last_use, 2 * n - 1 - i, bytes_of(i));
  }
  memory.peak = timeline.peak();
  return memory;
}

}  // namespace erg
