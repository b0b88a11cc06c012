// SPDX-License-Identifier: Apache-2.0
#include "nccl.h"

#include <dlfcn.h>

#include "erg/training_options.h"

namespace erg::nccl {

Library::Library() : library_{::dlopen("libnccl.so.2", RTLD_NOW | RTLD_NOLOAD)} {
  if (library_ == nullptr) {
    throw TrainingError{
        "several ranks on GPUs add their gradients with NCCL, and PyTorch has not loaded "
        "libnccl.so.2: take a CUDA build of PyTorch for Linux (ERG_TORCH), or --device cpu"};
  }
  try {
    find(get_unique_id, "ncclGetUniqueId");
    find(comm_init_rank, "ncclCommInitRank");
    find(all_reduce, "ncclAllReduce");
    find(comm_get_async_error, "ncclCommGetAsyncError");
    find(comm_destroy, "ncclCommDestroy");
    find(comm_abort, "ncclCommAbort");
    find(get_error_string, "ncclGetErrorString");
  } catch (...) {
    ::dlclose(library_);
    throw;
  }
}

Library::~Library() { ::dlclose(library_); }

template <class Function>
void Library::find(Function*& function, const char* name) {
  function = reinterpret_cast<Function*>(::dlsym(library_, name));
  if (function == nullptr) {
    throw TrainingError{std::string{"the libnccl.so.2 of this PyTorch has no "} + name +
                        ": NCCL 2.4 or newer is needed"};
  }
}

std::string Library::words(const char* what, int status) const {
  return std::string{"NCCL, "} + what + ": " + get_error_string(status);
}

}  // namespace erg::nccl
