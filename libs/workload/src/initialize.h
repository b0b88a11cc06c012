// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "erg/network.h"
#include "torch_headers.h"

namespace erg {

// A new tensor on the CPU, filled as the description and the network's initialization say.
at::Tensor initialized(const Tensor& description, Initialization initialization,
                       at::Generator& random);

}  // namespace erg
