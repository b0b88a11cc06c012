// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>

#include "synthetic.h"

namespace erg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::import_all;
using ::testing::IsEmpty;
using testing::npy;

constexpr double kStart = 1'734'000'000;  // a whole second

// Two epochs of two steps; epoch e begins at 10 e, step s a second later, its phases 0.1 s each.
class Study : public ::testing::Test {
 protected:
  Study() {
    const char* phases[] = {"to_device", "forward", "loss", "backward", "optimize"};
    for (int i = 0; i < 5; ++i) write_phase(phases[i], 0.1 * i);
    write("epoch.npy", npy({2, 1, 2}, {kStart, kStart + 9, kStart + 10, kStart + 19}));
    write("test.npy", npy({2, 1, 2}, {kStart + 8, kStart + 9, kStart + 18, kStart + 19}));
  }

  void write_phase(const std::string& name, double offset) {
    std::vector<double> times;
    std::vector<double> energies;
    for (int epoch = 0; epoch < 2; ++epoch) {
      for (int step = 0; step < 2; ++step) {
        const double begin = kStart + 10 * epoch + 1 + step + offset;
        times.insert(times.end(), {begin, begin + 0.1});
        energies.insert(energies.end(), {begin, begin + 0.1, 10});
      }
    }
    write(name + ".npy", npy({2, 2, 2}, times));
    write(name + "_energy.npy", npy({2, 2, 3}, energies));
  }

  // 100 W each half second from `begin` to `end`.
  static std::string power(double begin, double end) {
    std::string text = "timestamp,power_in_watts\n";
    for (double time = begin; time <= end; time += 0.5) {
      text += std::to_string(time) + ",100.0\n";
    }
    return text;
  }

  void write(const std::string& name, const std::string& content) {
    tree_.write(kFolder + ("/" + name), content);
  }

  testing::Imported read() { return import_all(ImportFormat::thesis, tree_.root()); }

  static constexpr const char* kFolder = "3080/ModelsData/alexnet/E2_B128_R0_SR2/fashion_mnist";
  testing::TempTree tree_;
};

double energy(const Part& part, SpanKind kind, std::string_view name) {
  double sum = 0;
  for (SpanIndex row = 0; row < part.spans.size(); ++row) {
    const Span span = part.spans[row];
    if (span.kind != kind || part.spans.name(span.name) != name) continue;
    sum += part.timelines.at(0).energy_clamped(span.interval).value();
  }
  return sum;
}

TEST_F(Study, BecomesARunWithNestedSpans) {
  write("energy_consumption_file.csv", power(kStart, kStart + 20));
  const auto all = read();
  ASSERT_EQ(all.runs.size(), 1u);
  EXPECT_THAT(all.report.warnings, IsEmpty());
  const erg::Run& run = all.runs[0];
  EXPECT_EQ(run.header.name, "3080/alexnet_thesis/fashion_mnist/E2_B128_R0_SR2");
  EXPECT_EQ(run.status, RunStatus::finished);
  EXPECT_EQ(run.header.environment.workload.network, "alexnet_thesis");
  EXPECT_EQ(run.header.environment.workload.steps_per_epoch, 2);
  EXPECT_EQ(run.header.environment.workload.precision, "");
  const SpanTable& spans = all.part().spans;
  // run, 2 epochs, 4 steps, 20 phases, 2 evaluations
  EXPECT_EQ(spans.size(), 29u);
  for (SpanIndex row = 1; row < spans.size(); ++row) {
    const Span span = spans[row];
    ASSERT_LT(span.parent, row);
    EXPECT_TRUE(spans.interval(span.parent).contains(span.interval)) << row;
  }
  EXPECT_NEAR(energy(all.part(), SpanKind::phase, "forward"), 4 * 10, 1e-4);
  EXPECT_NEAR(energy(all.part(), SpanKind::phase, "evaluate"), 2 * 100, 1e-4);
  ASSERT_EQ(run.breakdowns.size(), 1u);
  EXPECT_EQ(run.breakdowns[0].total.energy->value, Joules{200});
  EXPECT_EQ(run.breakdowns[0].total.energy->provenance, Provenance::imported);
  EXPECT_EQ(run.breakdowns[0].rows[4].name, "optimizer");
}

TEST_F(Study, TakesOnlyTheSessionOfItsArrays) {
  write("energy_consumption_file.csv", power(kStart - 5000, kStart - 4000) +
                                           power(kStart - 3000, kStart - 2000) +
                                           power(kStart, kStart + 20));
  const auto all = read();
  EXPECT_EQ(all.report.count("sessions_of_others"), 2u);
  EXPECT_EQ(all.part().timelines.at(0).size(), 41u);
  EXPECT_TRUE(all.part().timelines.at(0).gaps().empty());
}

TEST_F(Study, KeepsTwoSessionsOfOneRunApartByAGap) {
  write("energy_consumption_file.csv", power(kStart, kStart + 9) + power(kStart + 12, kStart + 20));
  const auto all = read();
  EXPECT_EQ(all.report.count("sessions_of_others"), 0u);
  EXPECT_EQ(all.part().timelines.at(0).gaps().size(), 1u);
  EXPECT_EQ(all.part().timelines.at(0).energy({timestamp(Seconds{8}), timestamp(Seconds{13})}),
            std::nullopt);
}

TEST_F(Study, SaysWhenThePowerIsOfAnotherTime) {
  write("energy_consumption_file.csv", power(kStart - 5000, kStart - 4000));
  const auto all = read();
  EXPECT_EQ(all.report.count("power_elsewhere"), 1u);
  EXPECT_TRUE(all.part().timelines.empty());
  EXPECT_EQ(all.runs[0].breakdowns.size(), 1u);
}

TEST_F(Study, ReadsWhatASamplerLeavesBehind) {
  write("energy_consumption_file.csv",
        "timestamp, power_in_watts, sm_clock\n" + std::to_string(kStart) + ", 100, 2520\n" +
            std::to_string(kStart + 1) + ", -5, 2520\nhalf a li\n" + std::to_string(kStart + 0.5) +
            ", 100, 2520\n" + std::to_string(kStart + 0.5) + ", 100, 2520\n" +
            std::to_string(kStart + 2) + ", nan, 2520\n" + std::to_string(kStart + 20) +
            ", 100, 2520\n" + std::to_string(kStart + 21) + ", 10");
  const auto all = read();
  EXPECT_EQ(all.report.count("rows_malformed"), 2u);
  EXPECT_EQ(all.report.count("power_negative"), 1u);
  EXPECT_EQ(all.report.count("rows_incomplete"), 1u);
  EXPECT_EQ(all.report.count("time_backwards"), 1u);
  EXPECT_EQ(all.part().timelines.at(0).size(), 3u);
  EXPECT_EQ(all.part().timelines.at(1).channel().name, "sm_clock");
  EXPECT_EQ(all.part().timelines.at(1).value(0), 2520e6);
}

TEST_F(Study, SkipsTimesBefore1970AndPowersThatNoCardHas) {
  write("energy_consumption_file.csv", power(kStart, kStart + 10) + "-5,100\n" +
                                           "timestamp,power_in_watts\n-3,100\n" +
                                           std::to_string(kStart + 10.5) + ",150000\n" +
                                           power(kStart + 11, kStart + 20).substr(25));
  const auto all = read();
  EXPECT_EQ(all.report.count("rows_impossible"), 3u);
  EXPECT_EQ(all.report.count("sessions_overlap"), 0u);
  EXPECT_EQ(all.part().timelines.at(0).size(), 21u + 19u);
}

TEST_F(Study, EmptyLossMarksMixedPrecision) {
  write("loss.npy", npy({2, 0}, {}));
  write("loss_energy.npy", npy({2, 0}, {}));
  const auto all = read();
  EXPECT_EQ(all.runs[0].header.environment.workload.precision, "fp16");
  EXPECT_EQ(all.runs[0].breakdowns[0].rows.size(), 4u);
}

TEST_F(Study, CountsBadIntervalsAndGoesOn) {
  write("backward.npy",
        npy({2, 2, 2}, {kStart + 1, kStart + 2, NAN, kStart + 3, -5, 3, kStart + 9, kStart + 8}));
  std::filesystem::remove(tree_.path(kFolder) / "forward.npy");
  std::filesystem::remove(tree_.path(kFolder) / "forward_energy.npy");
  write("to_device_energy.npy", npy({1, 2, 3}, {1, 2, 3, 4, 5, 6}));
  write("optimize.npy", "\x93NUMPY and nothing more");
  const auto all = read();
  EXPECT_EQ(all.report.count("intervals_bad"), 3u);
  EXPECT_EQ(all.report.count("array_missing"), 1u);
  EXPECT_EQ(all.report.count("array_shape"), 1u);
  EXPECT_EQ(all.report.count("array_unreadable"), 1u);
  EXPECT_EQ(all.runs.size(), 1u);
}

TEST_F(Study, RefusesPickledTimes) {
  write("forward.npy", std::string{"\x93NUMPY\1\0v\0", 10} +
                           "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }" +
                           std::string(62, ' ') + "cos\nsystem\n(S'true'\ntR.");
  const auto all = read();
  EXPECT_THAT(all.report.warnings[0].detail, HasSubstr("pickle"));
  EXPECT_EQ(all.report.count("array_unreadable"), 1u);
}

TEST_F(Study, IsTheSameRunWhereverItLies) {
  write("energy_consumption_file.csv", power(kStart, kStart + 20));
  const auto here = read();
  testing::TempTree elsewhere;
  std::filesystem::copy(tree_.root(), elsewhere.path("moved"),
                        std::filesystem::copy_options::recursive);
  const auto there = import_all(ImportFormat::thesis, elsewhere.root());
  EXPECT_EQ(here.runs[0].header.id, there.runs[0].header.id);
  const auto deep = import_all(ImportFormat::thesis, elsewhere.path("moved") / kFolder);
  EXPECT_EQ(here.runs[0].header.id, deep.runs[0].header.id);
  ImportReport report;
  const auto open = [](const RunHeader&, const PartHeader&) { return nullptr; };
  EXPECT_TRUE(import_run(here.items[0], {}, open, report).already_there);
}

TEST_F(Study, ReadsLayersNestedInBlocks) {
  const auto cell = [](double begin) {
    const auto pair = [&](double from) {
      return "(" + std::to_string(begin + from) + ", " + std::to_string(begin + from + 0.01) + ")";
    };
    return "\"{'Conv2d_0': " + pair(0.1) + ", 'Residual_1': {'Conv2d_0': " + pair(0.12) +
           ", 'ReLU': " + pair(0.14) + "}}\"";
  };
  write("layer_time.csv", "0,1\n" + cell(kStart + 1) + "," + cell(kStart + 11) + "\n" +
                              cell(kStart + 2) + ",\"{'Conv2d_0': 5}\"\nbroken\n");
  write("energy_consumption_file.csv", power(kStart, kStart + 20));
  const auto all = read();
  EXPECT_EQ(all.report.count("cells_malformed"), 2u);
  EXPECT_EQ(all.report.count("layers_by_class"), 1u);
  EXPECT_NEAR(energy(all.part(), SpanKind::layer, "Residual_1.Conv2d_0"), 3, 1e-3);
  const SpanTable& spans = all.part().spans;
  std::size_t layers = 0;
  for (SpanIndex row = 0; row < spans.size(); ++row) {
    if (spans[row].kind != SpanKind::layer) continue;
    ++layers;
    EXPECT_EQ(spans.name(spans[spans[row].parent].name), "forward");
  }
  EXPECT_EQ(layers, 9u);
}

TEST_F(Study, PowerWithoutArraysIsARunASession) {
  testing::TempTree tree;
  tree.write("4090/vgg11/E1_B128_R0_SR2/energy_consumption_file.csv",
             power(kStart, kStart + 10) + power(kStart + 100, kStart + 150));
  const auto all = import_all(ImportFormat::thesis, tree.root());
  ASSERT_EQ(all.runs.size(), 2u);
  EXPECT_EQ(all.part(0).timelines[0].size(), 21u);
  EXPECT_EQ(all.part(1).timelines[0].size(), 101u);
  EXPECT_NE(all.runs[0].header.id, all.runs[1].header.id);
}

TEST_F(Study, TheLastFormKeepsIntervalsAndEnergiesInOneCell) {
  testing::TempTree tree;
  const std::string folder = "3080/Database/alexnet/cifar100/E1_B128_R0_SR2/";
  const auto cell = [](double begin, double energy_j) {
    return "\"[" + std::to_string(begin) + ", " + std::to_string(begin + 0.5) + ", np.float64(" +
           std::to_string(energy_j) + ")]\"";
  };
  tree.write(folder + "forward.csv", "epoch_0,epoch_1\n" + cell(kStart, 1) + "," +
                                         cell(kStart + 10, 2) + "\n" + cell(kStart + 1, 3) +
                                         ",\"[]\"\n");
  tree.write(folder + "labeled_energy_data.csv", "timestamp,power_in_watts,step\n" +
                                                     std::to_string(kStart) + ",50,idle\n" +
                                                     std::to_string(kStart + 20) + ",50,forward");
  const auto all = import_all(ImportFormat::thesis, tree.root());
  ASSERT_EQ(all.runs.size(), 1u);
  EXPECT_EQ(all.report.count("cells_malformed"), 1u);
  EXPECT_EQ(all.report.count("intervals_bad"), 1u);
  EXPECT_EQ(all.runs[0].breakdowns[0].total.energy->value, Joules{6});
  EXPECT_NEAR(energy(all.part(), SpanKind::phase, "forward"), 3 * 25, 1e-3);
  EXPECT_EQ(all.part().timelines[0].size(), 2u);
}

TEST(Discover, SaysWhatIsNotThere) {
  ImportReport report;
  EXPECT_THAT(testing::refusal([&] { discover(ImportFormat::thesis, "/none/such", {}, report); }),
              HasSubstr("/none/such: no such file or folder"));
  const testing::TempTree empty;
  EXPECT_THAT(discover(ImportFormat::thesis, empty.root(), {}, report), IsEmpty());
  EXPECT_EQ(report.count("nothing_found"), 1u);
  for (const char* word : {"thesis", "blocks", "nvidia-smi", "codecarbon", "powermetrics",
                           "meter-trace", "csv", "zeus", "pvwatts"}) {
    ASSERT_TRUE(import_format_from(word)) << word;
    EXPECT_EQ(to_string(*import_format_from(word)), word);
  }
  EXPECT_EQ(import_format_from("excel"), std::nullopt);
}

}  // namespace
}  // namespace erg
