// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "model.h"
#include "payloads.h"

namespace erg::onnx {

// Undoes what PyTorch's newer exporter does to a model beyond writing it down, where its notes tell
// what was there: a softplus that it guards, and a fresh bias that it took for another's before it
// was split.
void repair(Model& model, const Payloads& payloads);

// The parameters that PyTorch noted and that the file neither holds nor names in a call, tied ones
// aside: they were folded into others, merged with their equals, or are not used.
std::vector<std::string> lost_parameters(const Model& model);

}  // namespace erg::onnx
