// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "erg/collective.h"
#include "patience.h"

namespace erg {

// Ranks that meet through the store at the master's address, PyTorch's own, and then add up at rank
// 0, in the order of ranks. For launches without MPI: on GPUs it carries little (NCCL does the
// rest), on CPUs rank 0's network is the limit.
std::unique_ptr<Collective> join_by_tcp(const RankPlace& place, Patience patience);

}  // namespace erg
