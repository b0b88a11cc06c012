// SPDX-License-Identifier: Apache-2.0
#include "mpi_collective.h"

namespace erg {

std::unique_ptr<Collective> join_by_mpi(const RankPlace& place, Patience /*patience*/) {
  throw TrainingError{
      std::to_string(place.size) +
      " ranks cannot meet: this program was built without MPI. Install libopenmpi-dev "
      "(scripts/setup) and build again, or launch with torchrun, which needs none"};
}

}  // namespace erg
