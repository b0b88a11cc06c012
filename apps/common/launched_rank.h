// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace erg {

// The rank in a run of a process that joins it, by what torchrun, srun or mpirun put into the
// environment: the one who measures is rank 0, those who join come after it. kNextRank where nobody
// launched several.
std::int32_t joined_rank();

// Whether this is the first of the launched processes on its host, or the only one.
bool first_on_this_host();

}  // namespace erg
