// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "erg/collective.h"
#include "patience.h"

namespace erg {

// The ranks of MPI_COMM_WORLD; MPI is initialised here, and finalised with the object unless a rank
// was lost. Throws TrainingError where this program was built without MPI.
std::unique_ptr<Collective> join_by_mpi(const RankPlace& place, Patience patience);

}  // namespace erg
