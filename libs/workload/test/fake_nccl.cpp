// SPDX-License-Identifier: Apache-2.0
// A libnccl.so.2 for tests: one process plays all ranks, which have the same values.
#include <cstddef>
#include <cstring>

namespace {

struct Communicator {
  int size;
};

int async_error = 0;
int aborted = 0;
int destroyed = 0;
void* last_stream = nullptr;

constexpr int kInvalidArgument = 4;

}  // namespace

extern "C" {

struct ncclUniqueId {
  char internal[128];
};

int ncclGetUniqueId(ncclUniqueId* id) {
  for (int i = 0; i < 128; ++i) id->internal[i] = static_cast<char>(i);
  return 0;
}

int ncclCommInitRank(Communicator** comm, int size, ncclUniqueId id, int rank) {
  for (int i = 0; i < 128; ++i) {
    if (id.internal[i] != static_cast<char>(i)) return kInvalidArgument;
  }
  if (rank < 0 || rank >= size) return kInvalidArgument;
  *comm = new Communicator{size};
  return 0;
}

int ncclAllReduce(const void* from, void* to, std::size_t count, int type, int operation,
                  Communicator* comm, void* stream) {
  if (from != to || type != 7 || operation != 0) return kInvalidArgument;
  float* values = static_cast<float*>(to);
  for (std::size_t i = 0; i < count; ++i) values[i] *= static_cast<float>(comm->size);
  last_stream = stream;
  return 0;
}

int ncclCommGetAsyncError(Communicator* /*comm*/, int* error) {
  *error = async_error;
  return 0;
}

int ncclCommDestroy(Communicator* comm) {
  ++destroyed;
  delete comm;
  return 0;
}

int ncclCommAbort(Communicator* comm) {
  ++aborted;
  delete comm;
  return 0;
}

const char* ncclGetErrorString(int status) {
  return status == 6 ? "remote process exited or there was a network error" : "invalid argument";
}

void fake_nccl_set_error(int error) { async_error = error; }
int fake_nccl_aborted() { return aborted; }
int fake_nccl_destroyed() { return destroyed; }
void* fake_nccl_stream() { return last_stream; }
}
