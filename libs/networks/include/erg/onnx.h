// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "erg/network.h"
#include "erg/network_file.h"

namespace erg {

// The network in an ONNX file, opsets 11 to 20, as PyTorch exports CNNs and transformers. `name` is
// the network's, and what to call the file in messages.
//
// Values of weights are not read, only their shapes; the first axis of every input is the batch, or
// the free one that is called so.
// Floating-point initializers count as trainable, which they are not always: the format does not
// tell, unless PyTorch left its own note of what was a buffer. Throws NetworkError: for a damaged
// file, and for an operator that is not supported, with its node.
Network network_from_onnx(std::string_view bytes, const std::string& name,
                          const ReadOptions& options = {});

}  // namespace erg
