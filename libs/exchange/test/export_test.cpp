// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <random>
#include <sstream>

#include "erg/byte_source.h"
#include "erg/csv_reader.h"
#include "erg/run_json.h"
#include "erg/run_tables.h"
#include "synthetic.h"

namespace erg {
namespace {

using ::testing::HasSubstr;
using testing::refusal;

Breakdown sample_breakdown() {
  Breakdown breakdown;
  breakdown.by = Grouping::layer;
  breakdown.method = "designs";
  breakdown.closure = -0.005;
  breakdown.covariance_j2 = {0.1, 0.2, 0.2, 1.0 / 3};
  breakdown.notes = {"a \"note\""};
  BreakdownRow row;
  row.name = "Conv2d_0";
  row.kind = "layer";
  row.pass = Pass::backward;
  row.count = 7;
  row.energy = EnergyEstimate{Joules{1.0 / 3}, Joules{1e-3}, 0.025, Provenance::attributed};
  breakdown.rows = {row, row};
  breakdown.rows[1].energy.reset();
  breakdown.rows[1].time = TimeEstimate{Seconds{0.1}, Seconds{0}, 0, Provenance::measured};
  breakdown.total = row;
  return breakdown;
}

Part sample_part(std::mt19937_64& random, int rank) {
  Part part;
  part.header = {rank,
                 "host",
                 42,
                 "boot 7",
                 Nanoseconds{123456789},
                 UtcTime{Nanoseconds{1734302499377663000}},
                 {{"GPU-a", DeviceKind::gpu, "H100", "580", Watts{700}, {}}},
                 {}};
  Channel power;
  power.name = "power";
  power.device = "GPU-a";
  power.kind = ChannelKind::windowed_power;
  power.unit = Unit::watt;
  power.resolution = 1e-3;
  power.window = Seconds{0.02};
  part.header.channels = {power};
  Timeline timeline{power};
  for (std::int64_t i = 0; i < 9000; ++i) {
    timeline.append({Timestamp{Nanoseconds{i * 20'000'000 + std::int64_t(random() % 1000)}},
                     static_cast<std::int64_t>(random() % 700'000)});
  }
  timeline.append(Gap{{timestamp(Seconds{1}), timestamp(Seconds{2})}, GapReason::overrun});
  part.timelines.push_back(std::move(timeline));
  for (std::uint32_t i = 0; i < 9000; ++i) {
    Span span;
    span.name = part.spans.intern(i % 3 == 0 ? "a,\"b\"" : "c");
    span.kind = static_cast<SpanKind>(i % 7);
    span.pass = static_cast<Pass>(i % 3);
    span.clock = static_cast<SpanClock>(i % 2);
    span.device = i % 5 == 0 ? 0 : kNoDevice;
    span.parent = i == 0 ? kNoSpan : static_cast<SpanIndex>(random() % i);
    span.interval = {timestamp(Seconds{double(i)}),
                     i == 9 ? kStillOpen : timestamp(Seconds{i + 0.5})};
    part.spans.append(span);
  }
  part.blocks = {{"step",
                  3,
                  {timestamp(Seconds{1}), timestamp(Seconds{2})},
                  9,
                  Seconds{0.9},
                  Seconds{0.3},
                  55.5,
                  "GPU-a"},
                 {"forward",
                  0,
                  {timestamp(Seconds{2}), timestamp(Seconds{3})},
                  1,
                  Seconds{0.9},
                  Seconds{0},
                  {},
                  "GPU-a"}};
  part.cost = {100, 2, 3, Seconds{0.125}};
  part.notes = {"one", "two\nlines"};
  return part;
}

Run sample_run() {
  std::mt19937_64 random{11};
  Run run;
  run.header.id = Uuid::from_text("a run");
  run.header.name = "näme";
  run.header.start = UtcTime{Nanoseconds{1734302499377663001}};
  run.header.environment.command = {"python", "train.py"};
  run.header.environment.tags = {{"k", "v, \"w\""}};
  run.header.environment.versions = {{"erg", "0.1.0"}};
  run.header.environment.workload.network = "resnet18";
  run.header.environment.workload.seed = ~std::uint64_t{0};
  run.status = RunStatus::failed;
  run.exit_status = 3;
  run.parts.push_back(sample_part(random, 0));
  run.parts.push_back(sample_part(random, 1));
  run.epochs = {{0, 0.5, {}, {}, 1.0 / 3}, {1, {}, {}, {}, {}}};
  run.breakdowns = {sample_breakdown()};
  return run;
}

std::string json_of(const Run& run) {
  std::ostringstream out;
  write_run_json(run, out);
  return out.str();
}

std::vector<Run> read(const std::string& text) {
  const auto source = bytes_of(text, "runs.jsonl");
  RunJsonReader reader{*source};
  std::vector<Run> runs;
  while (auto run = reader.next()) runs.push_back(std::move(*run));
  return runs;
}

TEST(RunJson, GivesTheSameRunBack) {
  const erg::Run run = sample_run();
  const std::string text = json_of(run);
  const auto back = read(text + text);
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(json_of(back[1]), text);
  EXPECT_EQ(back[0].header, run.header);
  EXPECT_EQ(back[0].epochs, run.epochs);
  EXPECT_EQ(back[0].status, run.status);
  EXPECT_EQ(back[0].exit_status, run.exit_status);
  ASSERT_EQ(back[0].parts.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    const Part& a = run.parts[i];
    const Part& b = back[0].parts[i];
    EXPECT_EQ(a.header, b.header);
    EXPECT_EQ(a.blocks, b.blocks);
    EXPECT_EQ(a.notes, b.notes);
    EXPECT_EQ(a.cost.unreadable, b.cost.unreadable);
    EXPECT_TRUE(std::ranges::equal(a.timelines[0].times(), b.timelines[0].times()));
    EXPECT_TRUE(std::ranges::equal(a.timelines[0].counts(), b.timelines[0].counts()));
    EXPECT_TRUE(std::ranges::equal(a.timelines[0].gaps(), b.timelines[0].gaps()));
    ASSERT_EQ(a.spans.size(), b.spans.size());
    for (SpanIndex row = 0; row < a.spans.size(); ++row) ASSERT_EQ(a.spans[row], b.spans[row]);
  }
  const Breakdown& breakdown = back[0].breakdowns.at(0);
  EXPECT_EQ(breakdown.rows[0].energy, run.breakdowns[0].rows[0].energy);
  EXPECT_EQ(breakdown.rows[1].energy, std::nullopt);
  EXPECT_EQ(breakdown.covariance_j2, run.breakdowns[0].covariance_j2);
}

TEST(RunJson, RefusesEveryCutAndEveryStrangeLine) {
  erg::Run run = sample_run();
  run.parts.resize(1);
  const std::string text = json_of(run);
  for (std::size_t cut = 1; cut + 1 < text.size(); cut += text.size() / 17) {
    EXPECT_THAT(refusal([&] { read(text.substr(0, cut)); }), HasSubstr("runs.jsonl, line")) << cut;
  }
  EXPECT_THAT(refusal([&] { read("{\"part\": {}}\n"); }), HasSubstr("must begin with \"run\""));
  const std::string first = text.substr(0, text.find('\n') + 1);
  EXPECT_THAT(refusal([&] { read(first + "{\"what\": {}}\n"); }),
              HasSubstr("runs.jsonl, line 2: a line of \"what\""));
  EXPECT_THAT(refusal([&] { read(first + "{\"samples\": {}}\n"); }), HasSubstr("before any part"));
}

TEST(RunTables, AreTidy) {
  erg::Run run = sample_run();
  for (const auto table :
       {TidyTable::samples, TidyTable::spans, TidyTable::epochs, TidyTable::breakdowns}) {
    std::ostringstream out;
    write_tidy_header(table, out);
    write_tidy_rows(table, run, out);
    const auto source = bytes_of(out.str(), "t.csv");
    CsvReader reader{*source};
    ASSERT_TRUE(reader.next());
    const std::size_t width = reader.fields().size();
    std::size_t rows = 0;
    while (reader.next()) {
      ASSERT_EQ(reader.fields().size(), width);
      ++rows;
    }
    const std::size_t expected = table == TidyTable::samples  ? 18000
                                 : table == TidyTable::spans  ? 18000
                                 : table == TidyTable::epochs ? 2
                                                              : 4;
    EXPECT_EQ(rows, expected);
  }
}

TEST(Emissions, GiveAnImportedRowBack) {
  testing::TempTree tree;
  std::ostringstream header;
  write_emissions_header(header);
  const std::string row =
      "2023-11-20T23:29:40,codecarbon,213f8888-9115-4f5d-a4b0-cc5bfcf64110,1493.1026837825775,"
      "0.0255179732270864,1.709056818680418e-05,27.0,134.54063207598577,11.69611930847168,"
      "0.0111976703882217,0.05883051650882,0.0048498133819726,0.0748780002790144,Italy,ITA,"
      "piedmont,"
      ",,Linux-6.2.0,3.11.5,2.3.1,16,AMD Ryzen 7 5800H,1,1 x NVIDIA GeForce RTX 3060 Laptop GPU,"
      "7.6639,45.0914,31.18965148925781,machine,N,1.0\n";
  tree.write("emissions.csv", header.str() + row);
  const auto all = testing::import_all(ImportFormat::codecarbon, tree.root());
  std::ostringstream out;
  write_emissions_row(all.runs.at(0), 0.5, out);
  EXPECT_EQ(out.str(), row);
}

TEST(Emissions, AreReadByTheImporter) {
  testing::TempTree tree;
  tree.write("log.csv",
             "timestamp, power.draw [W]\n2023/07/08 19:00:00.000, 360 W\n"
             "2023/07/08 19:00:10.000, 360 W\n");
  const auto measured = testing::import_all(ImportFormat::nvidia_smi, tree.path("log.csv"));
  std::ostringstream out;
  write_emissions_header(out);
  write_emissions_row(measured.runs.at(0), 0.5, out);
  tree.write("emissions.csv", out.str());
  const auto back = testing::import_all(ImportFormat::codecarbon, tree.path("emissions.csv"));
  const Timeline& gpu = back.part().timelines.at(0);
  EXPECT_NEAR(gpu.energy(*gpu.covered())->value(), 3600, 1e-6);
  EXPECT_EQ(back.runs[0].header.id, measured.runs[0].header.id);
  EXPECT_THAT(out.str(), HasSubstr("2023-07-08T19:00:10,"));
}

}  // namespace
}  // namespace erg
