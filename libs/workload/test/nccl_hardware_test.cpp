// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "compute_device.h"
#include "nccl_collective.h"

namespace erg {
namespace {

// A rank alone.
class Alone : public Collective {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void sum(std::span<float> /*values*/, void* /*stream*/) override {}
  void sum(std::span<double> /*values*/) override {}
  void broadcast(std::span<std::byte> /*bytes*/, int /*from*/) override {}
};

// Needs a card, not two: that the declarations are those of the NCCL that LibTorch brings shows in
// a communicator of one rank, too.
TEST(NcclHardware, SumsOverOneRank) {
  at::Device device = at::kCPU;
  try {
    device = compute_device("cuda");
  } catch (const TrainingError& error) {
    GTEST_SKIP() << error.what();
  }
  const at::Tensor values = at::arange(1 << 20, at::dtype(at::kFloat).device(device));
  const at::Tensor before = values.cpu();
  Alone host;
  NcclCollective nccl{host};
  for (int i = 0; i < 3; ++i) {
    values.mul_(2);  // in the order of the stream
    nccl.sum({values.data_ptr<float>(), static_cast<std::size_t>(values.numel())},
             current_stream(device).native_handle());
  }
  EXPECT_TRUE(values.cpu().equal(before * 8));
}

}  // namespace
}  // namespace erg
