// SPDX-License-Identifier: Apache-2.0
// Files of every tool, changed at random with fixed seeds: an import gives a run or a FormatError,
// and what it gives is sound.
#include <gmock/gmock.h>

#include <random>

#include "erg/testing/mutated.h"
#include "synthetic.h"

namespace erg {
namespace {

constexpr testing::Mutation kMutation{"\n\r,\"'()[]{}.:-e0193 \xff", 40, 12};

void check(const Run& run) {
  for (const Part& part : run.parts) {
    ASSERT_EQ(part.timelines.size(), part.header.channels.size());
    for (SpanIndex row = 0; row < part.spans.size(); ++row) {
      ASSERT_LE(part.spans.interval(row).begin, part.spans.interval(row).end);
    }
    for (const Timeline& timeline : part.timelines) {
      if (timeline.size() < 2) continue;
      if (timeline.channel().kind == ChannelKind::gauge) continue;
      const double energy_j = timeline.energy_clamped(*timeline.covered()).value();
      ASSERT_TRUE(energy_j >= 0 && energy_j < 1e30) << energy_j;
    }
  }
}

// How many of `rounds` changed trees could be imported.
int survivors(ImportFormat format, const std::vector<std::pair<std::string, std::string>>& files,
              int rounds) {
  std::mt19937_64 random{files[0].second.size()};
  int read = 0;
  for (int i = 0; i < rounds; ++i) {
    const testing::TempTree tree;
    const std::size_t victim = random() % files.size();
    for (std::size_t n = 0; n < files.size(); ++n) {
      const auto& [name, content] = files[n];
      tree.write(name, n == victim ? testing::mutated(content, kMutation, random) : content);
    }
    const auto reason = testing::refusal([&] {
      for (const Run& run : testing::import_all(format, tree.root()).runs) check(run);
    });
    if (reason == "nothing thrown") ++read;
  }
  return read;
}

constexpr int kRounds = 200;

TEST(Mutation, Thesis) {
  const std::string time = "1734000000.";
  EXPECT_GT(
      survivors(ImportFormat::thesis,
                {{"3080/alexnet/f/E1_B2_R0_SR2/forward.npy",
                  testing::npy({1, 2, 2}, {1734000000, 1734000001, 1734000002, 1734000003})},
                 {"3080/alexnet/f/E1_B2_R0_SR2/backward.csv",
                  "epoch_0\n\"[1734000001.5, 1734000002.5, 7.5]\"\n\"[1, 2, 3]\"\n"},
                 {"3080/alexnet/f/E1_B2_R0_SR2/layer_energy.csv",
                  "0\n\"{'Conv2d_0': [1734000000.5, 1734000000.6, 1.5], 'b': {'c': [1, 2]}}\"\n"},
                 {"3080/alexnet/f/E1_B2_R0_SR2/energy_consumption_file.csv",
                  "timestamp,power_in_watts\n" + time + "1,50\n" + time +
                      "9,60\ntimestamp, power_in_watts, sm_clock\n1734000009, 70, 5\n"}},
                kRounds),
      kRounds / 2);
}

TEST(Mutation, Blocks) {
  EXPECT_GT(survivors(ImportFormat::blocks,
                      {{"b/samples.csv", "time_s,power_w\n-0.02,500.1\n0.0,510\n0.021,520\n"},
                       {"b/blocks.csv",
                        "design,repetitions,begin_s,end_s,steps,device_s\n"
                        "step,0,0.0,0.5,58,0.49\nforward,3,0.5,1.1,41,0.55\n"}},
                      kRounds),
            kRounds / 20);
}

TEST(Mutation, NvidiaSmi) {
  EXPECT_GT(survivors(ImportFormat::nvidia_smi,
                      {{"l.csv",
                        "timestamp, index, power.draw [W], clocks.sm [MHz]\n"
                        "2023/07/08 19:00:00.000, 0, 100.50 W, 1500 MHz\n"
                        "2023/07/08 19:00:00.020, 1, 10.50 W, 500 MHz\n"
                        "2023/07/08 19:00:01.000, 0, 101 W, 1500 MHz\n"}},
                      kRounds),
            kRounds / 20);
}

TEST(Mutation, CodeCarbon) {
  EXPECT_GT(survivors(ImportFormat::codecarbon,
                      {{"emissions.csv",
                        "timestamp,run_id,duration,cpu_energy,gpu_energy,energy_consumed,pue\n"
                        "2023-11-20T23:29:40,x,100.5,0.001,0.002,0.003,1.0\n"}},
                      kRounds),
            kRounds / 20);
}

TEST(Mutation, Powermetrics) {
  EXPECT_GT(
      survivors(ImportFormat::powermetrics,
                {{"pm.txt",
                  "Machine model: M\n*** Sampled system activity (Sun Oct 22 14:38:08 2023 "
                  "+0200) (1000.50ms elapsed) ***\nCPU Power: 849 mW\nGPU Power: 50 mW\n"
                  "Combined Power (CPU + GPU + ANE): 899 mW\n*** Sampled system activity (Sun "
                  "Oct 22 14:38:09 2023 +0200) (999.50ms elapsed) ***\nCPU Power: 1849 mW\n"
                  "GPU Power: 1.5W\nCombined Power (CPU + GPU + ANE): 899 mW\n"}},
                kRounds),
      kRounds / 4);
}

TEST(Mutation, MeterTrace) {
  EXPECT_GT(survivors(ImportFormat::meter_trace,
                      {{"t/PMD_start_ts.txt", "1000000000050000\n"},
                       {"t/PMD_data.bin", std::string(180, '\x41')},
                       {"t/timestamps.csv", "timestamp\n1000000000100000\n1000000000200000\n"},
                       {"t/gpudata.csv",
                        "timestamp, power.draw [W]\n2001/09/09 02:46:39.900, 100\n"
                        "2001/09/09 02:46:40.900, 100\n"}},
                      kRounds),
            kRounds / 20);
}

TEST(Mutation, SolarYearsAndCapTraces) {
  EXPECT_GT(survivors(ImportFormat::pvwatts,
                      {{"a.csv", "x,y\nMonth,Day,Hour,AC System Output (W)\n1,1,0,90\n1,1,1,20\n"}},
                      kRounds),
            kRounds / 20);
  EXPECT_GT(survivors(ImportFormat::zeus,
                      {{"s_a40.csv",
                        "dataset,network,batch_size,optimizer,power_limit,"
                        "time_per_epoch,average_power\nc,r,128,adam,150,10,140\n"}},
                      kRounds),
            kRounds / 20);
}

}  // namespace
}  // namespace erg
