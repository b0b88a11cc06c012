// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace erg {

// A card as the driver lists it, for deciding which ones a process can use.
struct ListedGpu {
  std::uint32_t nvml_index = 0;
  std::string uuid;                 // "GPU-..."
  std::string pci_bus_id;           // orders CUDA's devices under PCI_BUS_ID
  std::string name;                 // model
  std::vector<std::string> slices;  // UUIDs of its MIG devices, "MIG-..."
};

// The cards that a process can use, and what could not be told.
struct VisibleGpus {
  std::vector<std::uint32_t> gpus;  // positions in the list given, in CUDA's order, each once
  std::vector<std::string> notes;
};

// What CUDA makes of CUDA_VISIBLE_DEVICES (`variable`; empty optional: not set, all cards) and
// CUDA_DEVICE_ORDER: indices in CUDA's own order, UUIDs and beginnings of UUIDs, MIG names. It
// stops at the first entry that is none of its devices, or that it has had before.
//
// Without CUDA_DEVICE_ORDER=PCI_BUS_ID, CUDA puts the fastest card first and the rest in the order
// of the bus; NVML does not know which is fastest, so with several models among the cards an index
// is taken in the order of the bus and a note says that it may be another card.
VisibleGpus visible_gpus(const std::vector<ListedGpu>& listed,
                         const std::optional<std::string>& variable, std::string_view order);

}  // namespace erg
