// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace erg {

// Our own declarations of the part of NCCL's interface that is used, stable since NCCL 2.0. No
// header of NCCL or CUDA is on a machine that only has PyTorch's wheel.
namespace nccl {

struct UniqueId {
  char bytes[128];
};
using Comm = struct CommTag*;
using Stream = void*;  // cudaStream_t

inline constexpr int kSuccess = 0;
inline constexpr int kInProgress = 7;
inline constexpr int kFloat32 = 7;
inline constexpr int kSum = 0;

// NCCL as PyTorch has loaded it. A second copy in one process would corrupt the communicators of
// both, so that none is ever loaded here.
class Library {
 public:
  // Throws TrainingError where it is not in the process, or is too old.
  Library();
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  int (*get_unique_id)(UniqueId* id) = nullptr;
  int (*comm_init_rank)(Comm* comm, int size, UniqueId id, int rank) = nullptr;
  int (*all_reduce)(const void* from, void* to, std::size_t count, int type, int operation,
                    Comm comm, Stream stream) = nullptr;
  int (*comm_get_async_error)(Comm comm, int* error) = nullptr;
  int (*comm_destroy)(Comm comm) = nullptr;
  int (*comm_abort)(Comm comm) = nullptr;
  const char* (*get_error_string)(int status) = nullptr;

  // "NCCL 'what': words", for a status that is none of success.
  std::string words(const char* what, int status) const;

 private:
  template <class Function>
  void find(Function*& function, const char* name);

  void* library_;
};

}  // namespace nccl
}  // namespace erg
