// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "synthetic.h"

namespace erg {
namespace {

using ::testing::HasSubstr;
using testing::import_all;
using testing::refusal;

// A record of `volt` and `ampere` counts on the first of four lines, the others below nothing.
std::string record(unsigned ticks, int volt, int ampere) {
  std::string bytes;
  const auto word = [&](int value) {
    bytes += static_cast<char>(value & 0xff);
    bytes += static_cast<char>((value >> 8) & 0xff);
  };
  word(static_cast<int>(ticks));
  word(volt << 4 | 5);
  word(ampere << 4);
  for (int i = 0; i < 3; ++i) {
    word(-3 * 16);
    word(1000 << 4);
  }
  return bytes;
}

class MeterTrace : public ::testing::Test {
 protected:
  MeterTrace() {
    // The meter's first record at 1,000,000,000.000 s; the log an hour ahead of UTC.
    tree_.write("t/PMD_start_ts.txt", "1000000000050000\n");
    tree_.write("t/timestamps.csv",
                "timestamp\n1000000000100000\n1000000000100000\n"
                "1000000000200000\n1000000000300000\nx\n");
    tree_.write("t/gpudata.csv",
                "timestamp, power.draw [W]\n2001/09/09 02:46:39.900, 100\n"
                "2001/09/09 02:46:40.900, 100\n");
    std::string data;
    unsigned ticks = 60'000;
    for (int i = 0; i < 100; ++i) {
      data += record(ticks & 0xffff, 1600, 100);
      ticks += 29'335;  // ten milliseconds
    }
    tree_.write("t/PMD_data.bin", data + "cut");
  }
  testing::TempTree tree_;
};

TEST_F(MeterTrace, LinesUpMeterAndLog) {
  const auto all = import_all(ImportFormat::meter_trace, tree_.root());
  ASSERT_EQ(all.runs.size(), 1u);
  const Part& part = all.part();
  ASSERT_EQ(part.timelines.size(), 2u);
  const Timeline& meter = part.timelines[1];
  EXPECT_EQ(meter.channel().device, "meter-0");
  EXPECT_EQ(meter.size(), 100u);
  EXPECT_NEAR(meter.value(0), 1600 * 100 * 0.007568 * 0.0488, 1e-9);
  // The log begins a tenth of a second before the meter.
  EXPECT_NEAR(Seconds{meter.times()[0].time_since_epoch()}.count(), 0.1, 1e-9);
  EXPECT_NEAR(Seconds{meter.times()[99].time_since_epoch()}.count(), 0.1 + 0.99, 1e-9);
  EXPECT_EQ(part.timelines[0].times()[0], Timestamp{});
  EXPECT_EQ(all.runs[0].header.start.time_since_epoch(),
            std::chrono::milliseconds{999'999'999'900});
  ASSERT_EQ(part.spans.size(), 3u);
  EXPECT_EQ(part.spans.interval(1), (Interval{timestamp(Seconds{0.2}), timestamp(Seconds{0.3})}));
  EXPECT_EQ(all.report.count("records_cut"), 1u);
  EXPECT_EQ(all.report.count("stamps_malformed"), 1u);
}

TEST_F(MeterTrace, NamesTheFileThatIsShort) {
  const auto warned = [&] {
    const auto all = import_all(ImportFormat::meter_trace, tree_.root());
    std::string names;
    for (const auto& one : all.report.warnings) {
      if (one.name == "file_short") {
        names += std::filesystem::path{one.path}.filename().string() + " ";
      }
    }
    return names;
  };
  EXPECT_EQ(warned(), "");
  const std::string whole = tree_.read("t/PMD_data.bin");
  tree_.write("t/PMD_data.bin", whole.substr(0, 18 * 30));
  EXPECT_EQ(warned(), "PMD_data.bin ");
  tree_.write("t/PMD_data.bin", "");
  EXPECT_EQ(warned(), "PMD_data.bin gpudata.csv ");
  tree_.write("t/PMD_data.bin", whole);
  tree_.write("t/timestamps.csv", "timestamp\n");
  EXPECT_EQ(warned(), "timestamps.csv ");
  // Cut within its last stamp, and a clock that stepped back.
  tree_.write("t/timestamps.csv",
              "timestamp\n1000000000100000\n1000000000050000\n1000000000200000\n10000\n");
  const auto all = import_all(ImportFormat::meter_trace, tree_.root());
  EXPECT_EQ(all.report.count("stamps_malformed"), 1u);
  EXPECT_EQ(all.report.count("time_backwards"), 1u);
  EXPECT_EQ(all.part().spans.size(), 2u);
}

TEST_F(MeterTrace, NamesTheFileThatIsMissing) {
  std::filesystem::remove(tree_.path("t/timestamps.csv"));
  EXPECT_EQ(import_all(ImportFormat::meter_trace, tree_.root()).report.count("file_missing"), 1u);
  std::filesystem::remove(tree_.path("t/gpudata.csv"));
  EXPECT_THAT(refusal([&] { import_all(ImportFormat::meter_trace, tree_.root()); }),
              HasSubstr("gpudata.csv: cannot open it"));
  tree_.write("t/PMD_start_ts.txt", "");
  EXPECT_THAT(refusal([&] { import_all(ImportFormat::meter_trace, tree_.root()); }),
              HasSubstr("PMD_start_ts.txt: no stamp"));
}

}  // namespace
}  // namespace erg
