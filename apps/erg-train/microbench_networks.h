// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "erg/network.h"

namespace erg {

// One short benchmark of a calibration: a small network that is mostly of one kind of layer.
struct Microbench {
  std::string kind;  // "conv3", "linear", ...: left out together when the calibration is validated
  Network network;
  std::int64_t batch;
};

// Convolutions, depthwise and pointwise ones, linear layers, normalisation, activations, pooling
// and chains of tiny layers that only launch kernels, each at several sizes; about thirty. `large`:
// for a GPU, whose smallest useful piece of work is a hundred times a CPU core's.
std::vector<Microbench> microbenchmarks(bool large);

}  // namespace erg
