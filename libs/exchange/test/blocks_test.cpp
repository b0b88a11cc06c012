// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "synthetic.h"

namespace erg {
namespace {

using ::testing::HasSubstr;
using testing::import_all;
using testing::refusal;

constexpr const char* kSamples = "time_s,power_w\n-0.02,500.125\n0.0,510\n0.021,520\n1.2,530\n";

TEST(Blocks, BecomeBlocksAndSpans) {
  testing::TempTree tree;
  tree.write("profile/samples.csv", kSamples);
  tree.write("profile/blocks.csv",
             "design,repetitions,begin_s,end_s,steps,device_s,temperature_c\n"
             "step,0,0.000000,0.5,58,0.49,61\n"
             "step with features.7 forward,153,0.5,1.1,41,0.55,\n"
             "step,0,1.1,1.0,58,0.49,61\nstep,0,1.2,1.3,0,0.49,61\n,0,1.2,1.3,1,0.49,61\nstep,x");
  const auto all = import_all(ImportFormat::blocks, tree.root());
  ASSERT_EQ(all.runs.size(), 1u);
  EXPECT_EQ(all.report.count("rows_malformed"), 4u);
  const Part& part = all.part();
  ASSERT_EQ(part.blocks.size(), 2u);
  const Block& block = part.blocks[1];
  EXPECT_EQ(block.design, "step with features.7 forward");
  EXPECT_EQ(block.repetitions, 153);
  EXPECT_EQ(block.steps, 41);
  EXPECT_EQ(block.device_time, Seconds{0.55});
  EXPECT_EQ(block.temperature_c, std::nullopt);
  EXPECT_EQ(part.blocks[0].temperature_c, 61);
  EXPECT_EQ(block.interval, (Interval{timestamp(Seconds{0.5}), timestamp(Seconds{1.1})}));
  EXPECT_EQ(block.device, part.header.devices[0].id);
  EXPECT_EQ(part.spans.size(), 3u);
  EXPECT_EQ(part.spans[2].kind, SpanKind::block);
  const Timeline& ring = part.timelines.at(0);
  EXPECT_EQ(ring.size(), 4u);
  EXPECT_EQ(ring.sample(0), (Sample{timestamp(Seconds{-0.02}), 500125}));
  EXPECT_EQ(ring.channel().name, "power_ring");
}

TEST(Blocks, RefusesAFolderThatIsNotWhole) {
  testing::TempTree tree;
  tree.write("a/samples.csv", kSamples);
  tree.write("a/blocks.csv", "design,begin_s\nstep,0\n");
  EXPECT_THAT(refusal([&] { import_all(ImportFormat::blocks, tree.root()); }),
              HasSubstr("blocks.csv: the column repetitions is missing"));
  tree.write("a/blocks.csv", "design,repetitions,begin_s,end_s,steps,device_s\n");
  EXPECT_THAT(refusal([&] { import_all(ImportFormat::blocks, tree.root()); }),
              HasSubstr("not one block"));
  tree.write("a/blocks.csv", "design,repetitions,begin_s,end_s,steps,device_s\nstep,0,0,1,5,1\n");
  tree.write("a/samples.csv", "time_s,power_w\n");
  EXPECT_THAT(refusal([&] { import_all(ImportFormat::blocks, tree.root()); }),
              HasSubstr("not one reading"));
}

}  // namespace
}  // namespace erg
