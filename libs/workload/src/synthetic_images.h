// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "erg/data_set.h"

namespace erg {

// Makes the set that synthetic[:CxHxW[:CLASSES[:IMAGES]]] describes, the same each time: a
// random pattern for each class under noise, so that a network can learn it. Throws DataError.
DataSet synthetic_data_set(std::string_view description);

}  // namespace erg
