// SPDX-License-Identifier: Apache-2.0
#include "erg/visible.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "text_file.h"

namespace erg {
namespace {

// Positions in the order in which CUDA counts, as far as NVML can know.
std::vector<std::uint32_t> cuda_order(const std::vector<ListedGpu>& listed) {
  std::vector<std::uint32_t> order(listed.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return listed[i].pci_bus_id; });
  return order;
}

bool several_models(const std::vector<ListedGpu>& listed) {
  return std::ranges::any_of(
      listed, [&](const ListedGpu& each) { return each.name != listed.front().name; });
}

// The one whose UUID, or whose slice's, begins so. Two that do are none: CUDA refuses both.
std::optional<std::uint32_t> by_uuid(const std::vector<ListedGpu>& listed, std::string_view word) {
  std::optional<std::uint32_t> found;
  for (std::uint32_t i = 0; i < listed.size(); ++i) {
    const auto& slices = listed[i].slices;
    const bool slice = std::ranges::find(slices, word) != slices.end();
    if (!slice && !listed[i].uuid.starts_with(word)) continue;
    if (found) return std::nullopt;
    found = i;
  }
  return found;
}

// "MIG-GPU-<uuid>/<instance>/<compute instance>", the older form of a slice's name.
std::string_view parent_of_old_mig(std::string_view word) {
  word.remove_prefix(std::string_view{"MIG-"}.size());
  return word.substr(0, word.find('/'));
}

// How a list names its cards; the first entry decides for all of it.
enum class Form { index, uuid, slice };

Form form_of(std::string_view word) {
  if (word.starts_with("GPU-")) return Form::uuid;
  return word.starts_with("MIG-") ? Form::slice : Form::index;
}

// The digits that a word begins with: CUDA takes "1x" for 1.
std::optional<std::uint64_t> leading_number(std::string_view word) {
  return parse_unsigned(word.substr(0, word.find_first_not_of("0123456789")));
}

std::optional<std::uint32_t> find(const std::vector<ListedGpu>& listed, std::string_view word,
                                  const std::vector<std::uint32_t>& order) {
  if (word.starts_with("MIG-GPU-")) return by_uuid(listed, parent_of_old_mig(word));
  if (form_of(word) != Form::index) return by_uuid(listed, word);
  const auto index = leading_number(word);
  if (!index || *index >= order.size()) return std::nullopt;
  return order[*index];
}

}  // namespace

VisibleGpus visible_gpus(const std::vector<ListedGpu>& listed,
                         const std::optional<std::string>& variable, std::string_view order_name) {
  VisibleGpus visible;
  const auto order = cuda_order(listed);
  if (!variable) return {order, {}};
  std::set<std::string, std::less<>> had;
  const Form form = form_of(trimmed(*variable));
  for (std::string_view rest = *variable; !rest.empty();) {
    const auto comma = std::min(rest.find(','), rest.size());
    const std::string_view word = trimmed(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (word == "-1" || word == "NoDevFiles") break;  // how one says: no card from here on
    const auto gpu = form_of(word) == form ? find(listed, word, order) : std::nullopt;
    if (!gpu) {
      visible.notes.push_back("CUDA_VISIBLE_DEVICES: '" + printable(word) +
                              "' is no card here: it and what follows are not used");
      break;
    }
    const bool fresh =
        had.insert(form == Form::slice ? std::string{word} : listed[*gpu].uuid).second;
    if (!fresh) {
      visible.notes.push_back("CUDA_VISIBLE_DEVICES: '" + printable(word) +
                              "' comes twice: CUDA then offers no card at all");
      return {{}, visible.notes};
    }
    if (std::ranges::find(visible.gpus, *gpu) == visible.gpus.end()) visible.gpus.push_back(*gpu);
  }
  if (form == Form::index && !visible.gpus.empty() && order_name != "PCI_BUS_ID" &&
      several_models(listed)) {
    visible.notes.push_back(
        "CUDA_VISIBLE_DEVICES names cards of several models by index, fastest first: which is "
        "fastest is CUDA's secret; export CUDA_DEVICE_ORDER=PCI_BUS_ID to be sure");
  }
  return visible;
}

}  // namespace erg
