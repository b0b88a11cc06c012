// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "erg/network.h"

namespace erg {

// A checkpoint that cannot be read, written or continued: which file, what is wrong.
class CheckpointError : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

// What a checkpoint says about itself; its tensors are read by Trainer::resume.
//
// PyTorch's own archive: torch.load(file, weights_only=False) gives the texts under "about" and the
// tensors under "tensors", the weights among them named "model.<node>.<tensor>".
struct Checkpoint {
  std::filesystem::path path;
  Network network;
  std::string data;                    // the name it was trained on
  std::uint64_t data_fingerprint = 0;  // DataSet::fingerprint()
  std::uint64_t seed = 0;
  std::int64_t epoch = 0;  // whole ones done
  std::int64_t step = 0;   // done, over all epochs
  std::int64_t batch = 0;
};

// Throws CheckpointError for a file that is no checkpoint, is damaged, or is of a newer format.
Checkpoint read_checkpoint(const std::filesystem::path& path);

}  // namespace erg
