// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "torch_headers.h"

namespace erg {

// The content of a checkpoint: texts and tensors by name. Names of tensors begin with the group
// they are in: "model.", "optimizer.", "random.".
struct CheckpointContent {
  std::map<std::string, std::string> texts;
  std::map<std::string, at::Tensor> tensors;  // on the CPU
};

// Whole or not at all: a temporary file beside it, synced, renamed. Throws CheckpointError.
void write_checkpoint_file(const std::filesystem::path& path, const CheckpointContent& content);

// Checks what it reads against the sum stored with it. Throws CheckpointError.
CheckpointContent read_checkpoint_file(const std::filesystem::path& path);

}  // namespace erg
