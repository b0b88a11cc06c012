// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "model.h"

namespace erg::onnx {

// The numbers of tensors, in the model's file or, for large models, in one beside it. Few are
// looked at: those that shapes are computed with, and samples of the rest.
class Payloads {
 public:
  // Where files of numbers lie; empty: they are not read.
  explicit Payloads(std::filesystem::path folder) : folder_{std::move(folder)} {}

  // `count` bytes from `offset` on, fewer where the tensor or its file ends. Typed lists have none.
  std::string bytes(const Tensor& tensor, std::size_t offset, std::size_t count) const;

 private:
  std::filesystem::path folder_;
};

// What is wrong where the bytes or numbers that a tensor holds are not those of its shape; empty:
// nothing, or they are in another file.
std::string misfit_of(const Tensor& tensor);

// Whether the first numbers of a tensor are all the same, as those of fresh norms and biases are.
bool looks_constant(const Tensor& tensor, const Payloads& payloads);

// Whether b is a, rows and columns changed: the same at many places. Both are matrices.
bool is_transposed(const Tensor& a, const Tensor& b, const Payloads& payloads);

}  // namespace erg::onnx
