// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "erg/network_file.h"
#include "model.h"

namespace erg::onnx {

// How the first axis of the inputs is taken.
enum class Batching {
  first_axis,  // it is the batch
  none,        // the model was exported for one example, which has no batch
};

// Thrown where an input's shape is not what `batching` makes of it: the other may fit.
class OtherInput : public NetworkError {
 public:
  using NetworkError::NetworkError;
};

// The network that a model describes. Throws NetworkError; AcrossBatch and OtherInput where
// `batching` cannot be.
Network convert(const Model& model, const std::string& name, const ReadOptions& options,
                Batching batching);

}  // namespace erg::onnx
