// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "synthetic.h"

namespace erg {
namespace {

using ::testing::HasSubstr;
using testing::import_all;
using testing::refusal;

constexpr const char* kHeader =
    "timestamp,project_name,run_id,duration,emissions,cpu_energy,gpu_energy,ram_energy,"
    "energy_consumed,os,cpu_model,gpu_count,gpu_model,ram_total_size,pue\n";

TEST(CodeCarbon, EachRowIsARunAndPueIsDividedOut) {
  testing::TempTree tree;
  tree.write(
      "emissions.csv",
      std::string{kHeader} +
          "2023-11-20T23:29:40,demo,213f8888-9115-4f5d-a4b0-cc5bfcf64110,100,0.5,0.001,0.002,"
          "0.0005,0.0035,Linux,Some CPU,1,1 x NVIDIA GeForce RTX 3060 Laptop GPU,16,1.0\n"
          "2023-11-21T23:29:40,demo,b,100,0.5,0.002,0,0.001,0.003,Linux,Some CPU,,,16,2.0\n");
  const auto all = import_all(ImportFormat::codecarbon, tree.root());
  ASSERT_EQ(all.runs.size(), 2u);
  EXPECT_EQ(all.runs[0].header.id.text(), "213f8888-9115-4f5d-a4b0-cc5bfcf64110");
  EXPECT_EQ(all.runs[0].header.start.time_since_epoch(), std::chrono::seconds{1700522880});
  EXPECT_EQ(all.runs[0].header.environment.tags.at("project_name"), "demo");
  const Part& part = all.part(0);
  ASSERT_EQ(part.timelines.size(), 3u);
  EXPECT_EQ(part.header.devices[0].name, "NVIDIA GeForce RTX 3060 Laptop GPU");
  const auto energy = [](const Timeline& timeline) {
    return timeline.energy(*timeline.covered())->value();
  };
  EXPECT_NEAR(energy(part.timelines[0]), 7200, 1e-6);
  EXPECT_NEAR(energy(part.timelines[1]), 3600, 1e-6);
  EXPECT_EQ(part.timelines[1].channel().provenance, Provenance::imported);
  EXPECT_NEAR(energy(all.part(1).timelines[0]), 3600, 1e-6);
  EXPECT_EQ(all.part(1).header.devices.size(), 2u);
  EXPECT_EQ(all.report.count("pue_divided"), 1u);
}

TEST(CodeCarbon, RefusesWhatIsNoRun) {
  testing::TempTree tree;
  tree.write("emissions.csv", std::string{kHeader} + "2023-11-20T23:29:40,demo,x,-1,,0,0,0,0\n");
  EXPECT_THAT(refusal([&] { import_all(ImportFormat::codecarbon, tree.root()); }),
              HasSubstr("line 2: no run of CodeCarbon"));
  tree.write("other.csv", "a,b\n1,2\n");
  EXPECT_THAT(refusal([&] { import_all(ImportFormat::codecarbon, tree.path("other.csv")); }),
              HasSubstr("no emissions.csv of CodeCarbon"));
}

}  // namespace
}  // namespace erg
