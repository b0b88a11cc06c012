// SPDX-License-Identifier: Apache-2.0
#include "erg/visible.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace erg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// NVML lists by its own order; the bus tells another.
std::vector<ListedGpu> four() {
  return {{0, "GPU-aaaa1111", "00000000:81:00.0", "NVIDIA A40", {}},
          {1, "GPU-aaaa2222", "00000000:01:00.0", "NVIDIA A40", {}},
          {2, "GPU-bbbb3333", "00000000:41:00.0", "NVIDIA A40", {"MIG-s1", "MIG-s2"}},
          {3, "GPU-cccc4444", "00000000:C1:00.0", "NVIDIA A40", {}}};
}

std::vector<std::uint32_t> visible(const std::optional<std::string>& variable) {
  return visible_gpus(four(), variable, "PCI_BUS_ID").gpus;
}

TEST(VisibleGpus, AllInTheOrderOfTheBusWhenNotSet) {
  EXPECT_THAT(visible(std::nullopt), ElementsAre(1, 2, 0, 3));
}

TEST(VisibleGpus, IndicesCountAlongTheBus) {
  EXPECT_THAT(visible("0"), ElementsAre(1));
  EXPECT_THAT(visible("3,0"), ElementsAre(3, 1));
  EXPECT_THAT(visible(" 2 , 1"), ElementsAre(0, 2));
  EXPECT_THAT(visible("1x"), ElementsAre(2));
}

TEST(VisibleGpus, NoneWhenEmptyOrNegative) {
  EXPECT_THAT(visible(""), IsEmpty());
  EXPECT_THAT(visible("-1"), IsEmpty());
  EXPECT_THAT(visible("none"), IsEmpty());
  EXPECT_THAT(visible("-1,0"), IsEmpty());
}

TEST(VisibleGpus, WhoeverWantsNoneIsNotWarned) {
  for (const char* none : {"", "-1", "NoDevFiles", "-1,0"}) {
    const VisibleGpus told = visible_gpus(four(), none, "PCI_BUS_ID");
    EXPECT_THAT(told.gpus, IsEmpty()) << none;
    EXPECT_THAT(told.notes, IsEmpty()) << none;
  }
}

TEST(VisibleGpus, StopsAtTheFirstThatIsNoCard) {
  EXPECT_THAT(visible("0,4,1"), ElementsAre(1));
  EXPECT_THAT(visible("2,,1"), ElementsAre(0));
  const VisibleGpus told = visible_gpus(four(), "0,99999999999999999999,1", "PCI_BUS_ID");
  EXPECT_THAT(told.gpus, ElementsAre(1));
  EXPECT_THAT(told.notes, ElementsAre(HasSubstr("'99999999999999999999' is no card here")));
}

TEST(VisibleGpus, OneThatComesTwiceLeavesNone) {
  EXPECT_THAT(visible("0,0"), IsEmpty());
  EXPECT_THAT(visible("GPU-bbbb,GPU-bbbb3"), IsEmpty());
}

TEST(VisibleGpus, UuidsAndTheirBeginnings) {
  EXPECT_THAT(visible("GPU-cccc4444,GPU-b"), ElementsAre(3, 2));
  EXPECT_THAT(visible("GPU-aaaa"), IsEmpty());  // two begin so
  EXPECT_THAT(visible("GPU-cccc,0"), ElementsAre(3));
  EXPECT_THAT(visible("0,GPU-cccc"), ElementsAre(1));
}

TEST(VisibleGpus, SlicesAreTheirCardOnce) {
  EXPECT_THAT(visible("MIG-s1,MIG-s2"), ElementsAre(2));
  EXPECT_THAT(visible("MIG-GPU-bbbb3333/7/0"), ElementsAre(2));
  EXPECT_THAT(visible("MIG-s9"), IsEmpty());
}

TEST(VisibleGpus, SaysWhereCudasOrderCannotBeKnown) {
  auto mixed = four();
  mixed[3].name = "NVIDIA H100 PCIe";
  EXPECT_THAT(visible_gpus(mixed, "0", "").notes, ElementsAre(HasSubstr("CUDA_DEVICE_ORDER")));
  EXPECT_THAT(visible_gpus(mixed, "0", "PCI_BUS_ID").notes, IsEmpty());
  EXPECT_THAT(visible_gpus(mixed, "GPU-cccc", "").notes, IsEmpty());
  EXPECT_THAT(visible_gpus(four(), "0", "").notes, IsEmpty());
}

// Whatever the variable holds: cards of the list, each once.
TEST(VisibleGpus, AnyTextAtAll) {
  std::mt19937 random{13};
  const std::string letters = "0123,,-GPUMIabc48 /x\xff";
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (auto k = random() % 20; k > 0; --k) text += letters[random() % letters.size()];
    auto gpus = visible(text);
    std::ranges::sort(gpus);
    EXPECT_EQ(std::ranges::adjacent_find(gpus), gpus.end()) << text;
    EXPECT_TRUE(gpus.empty() || gpus.back() < 4) << text;
  }
}

TEST(VisibleGpus, AListWithoutCards) { EXPECT_THAT(visible_gpus({}, "0", "").gpus, IsEmpty()); }

}  // namespace
}  // namespace erg
