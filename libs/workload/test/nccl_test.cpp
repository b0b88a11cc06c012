// SPDX-License-Identifier: Apache-2.0
#include "nccl_collective.h"

#include <dlfcn.h>
#include <gmock/gmock.h>

#include <array>

namespace erg {
namespace {

using ::testing::HasSubstr;

// Two ranks that say the same.
class Twins : public Collective {
 public:
  int rank() const override { return 0; }
  int size() const override { return 2; }
  void sum(std::span<float> values, void* /*stream*/) override {
    for (float& value : values) value *= 2;
  }
  void sum(std::span<double> values) override {
    for (double& value : values) value *= 2;
  }
  void broadcast(std::span<std::byte> /*bytes*/, int /*from*/) override {}
};

// PyTorch's part: to have the library in the process.
class Loaded {
 public:
  Loaded() : library_{::dlopen(ERG_FAKE_NCCL, RTLD_NOW | RTLD_LOCAL)} {}
  ~Loaded() { ::dlclose(library_); }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;

  template <class Function>
  Function* function(const char* name) const {
    return reinterpret_cast<Function*>(::dlsym(library_, name));
  }

 private:
  void* library_;
};

// A CUDA build of LibTorch has loaded its own, which would be found in the place of the fake.
class Nccl : public ::testing::Test {
 protected:
  void SetUp() override {
    if (void* own = ::dlopen("libnccl.so.2", RTLD_NOW | RTLD_NOLOAD)) {
      ::dlclose(own);
      GTEST_SKIP() << "NCCL itself is in this process: nccl_hardware_test tries it";
    }
  }
};

TEST_F(Nccl, IsNeverLoadedASecondTime) {
  Twins host;
  try {
    NcclCollective nccl{host};
    FAIL() << "it was not in the process";
  } catch (const TrainingError& error) {
    EXPECT_THAT(error.what(), HasSubstr("libnccl.so.2"));
  }
}

TEST_F(Nccl, SumsOnTheStreamThatItIsGiven) {
  const Loaded library;
  Twins host;
  {
    NcclCollective nccl{host};
    std::array<float, 3> values{1, 2, 3};
    int stream = 0;
    nccl.sum(values, &stream);
    EXPECT_THAT(values, ::testing::ElementsAre(2, 4, 6));
    EXPECT_EQ(library.function<void*()>("fake_nccl_stream")(), &stream);
    std::array<double, 1> on_the_host{0.5};
    nccl.sum(on_the_host);
    EXPECT_EQ(on_the_host[0], 1);
  }
  EXPECT_EQ(library.function<int()>("fake_nccl_destroyed")(), 1);
  EXPECT_EQ(library.function<int()>("fake_nccl_aborted")(), 0);
}

TEST_F(Nccl, EndsWhatWaitsForADeadRank) {
  const Loaded library;
  const auto aborted = library.function<int()>("fake_nccl_aborted");
  const auto set_error = library.function<void(int)>("fake_nccl_set_error");
  Twins host;
  const int before = aborted();
  NcclCollective nccl{host};
  set_error(6);
  for (int i = 0; i < 100 && aborted() == before; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  set_error(0);
  EXPECT_EQ(aborted(), before + 1);
  std::array<float, 1> value{1};
  int stream = 0;
  try {
    nccl.sum(value, &stream);
    FAIL() << "a rank is gone";
  } catch (const RankLost& lost) {
    EXPECT_THAT(lost.what(), HasSubstr("remote process exited"));
  }
}

}  // namespace
}  // namespace erg
