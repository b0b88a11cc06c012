// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model.h"
#include "proto_reader.h"

namespace erg::onnx {

// StringStringEntryProto.
struct Note {
  std::string_view key;
  std::string_view value;
};
Note parse_note(std::string_view bytes);

// Repeated integers come packed or one by one.
void append_integers(const ProtoReader& field, std::vector<std::int64_t>& values);

// TensorProto.
Tensor parse_tensor(std::string_view bytes);

}  // namespace erg::onnx
