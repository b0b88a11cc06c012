// SPDX-License-Identifier: Apache-2.0
// Every fact of thesis/expected/facts.csv about times, readings and energies of runs, recomputed
// from the imported run.
#include <gmock/gmock.h>

#include <filesystem>
#include <functional>
#include <map>
#include <numeric>

#include "erg/csv_reader.h"
#include "erg/decimal.h"
#include "erg/importer.h"
#include "erg/python_literal.h"

namespace erg {
namespace {

namespace fs = std::filesystem;

const fs::path kData{ERG_SHARED_DATA};

struct Fact {
  std::string id;
  fs::path folder;
  std::string value;

  std::string run() const { return id.substr(0, id.find('.')); }
  std::string what() const { return id.substr(id.find('.') + 1); }
  double number() const { return parse_number(value).value_or(NAN); }
  std::vector<double> numbers() const {
    PythonLiteral literal;
    literal.parse(value);
    std::vector<double> all;
    for (const auto& node : literal.nodes().subspan(1)) all.push_back(node.number);
    return all;
  }
};

std::vector<Fact> facts() {
  std::vector<Fact> all;
  const auto source = open_bytes(kData / "thesis/expected/facts.csv");
  CsvReader reader{*source};
  reader.next();
  while (reader.next()) {
    const auto fields = reader.fields();
    fs::path path = kData / fields[2];
    if (path.has_extension() && !fs::is_directory(path)) path = path.parent_path();
    if (!path.has_filename()) path = path.parent_path();
    all.push_back({std::string{fields[0]}, path, std::string{fields[4]}});
  }
  return all;
}

// One run of the archive, imported once.
const Run& imported(const fs::path& folder) {
  static std::map<fs::path, Run> runs;
  const auto [place, added] = runs.try_emplace(folder);
  if (added) {
    ImportReport report;
    const auto items = discover(ImportFormat::thesis, folder, {}, report);
    place->second = collect_run(items.at(0), {}, report);
  }
  return place->second;
}

std::string our_name(const std::string& study_name) {
  return study_name == "optimize" ? "optimizer" : study_name == "test" ? "evaluate" : study_name;
}

// Sums something over the spans of a kind and, where one is given, a name.
template <class Value>
double sum_spans(const Run& run, SpanKind kind, const std::string& name, Value value) {
  const SpanTable& spans = run.parts[0].spans;
  double sum = 0;
  for (SpanIndex row = 0; row < spans.size(); ++row) {
    const Span span = spans[row];
    if (span.kind != kind || (!name.empty() && spans.name(span.name) != name)) continue;
    sum += value(span.interval);
  }
  return sum;
}

double seconds(const Run& run, SpanKind kind, const std::string& name = {}) {
  return sum_spans(run, kind, name,
                   [](Interval interval) { return Seconds{interval.length()}.count(); });
}

double joules(const Run& run, SpanKind kind, const std::string& name = {}) {
  const Timeline& power = run.parts[0].timelines.at(0);
  return sum_spans(run, kind, name,
                   [&](Interval interval) { return power.energy_clamped(interval).value(); });
}

double saved(const Run& run, Grouping by, const std::string& name = {}) {
  for (const Breakdown& breakdown : run.breakdowns) {
    if (breakdown.by != by) continue;
    if (name.empty()) return breakdown.total.energy->value.value();
    for (const BreakdownRow& row : breakdown.rows) {
      if (row.name == name) return row.energy->value.value();
    }
  }
  return NAN;
}

class Facts : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kData / "thesis")) GTEST_SKIP() << "no shared data at " << kData;
  }
};

TEST_F(Facts, TimesOfEveryPhase) {
  int checked = 0;
  for (const Fact& fact : facts()) {
    if (!fact.what().starts_with("t_")) continue;
    const std::string name = fact.what().substr(2);
    const erg::Run& run = imported(fact.folder);
    const double sum = name == "epoch" ? seconds(run, SpanKind::epoch)
                                       : seconds(run, SpanKind::phase, our_name(name));
    EXPECT_NEAR(sum, fact.number(), 2e-5) << fact.id;
    ++checked;
  }
  EXPECT_EQ(checked, 48);
}

TEST_F(Facts, EnergiesOfEveryPhaseWhosePowerIsThere) {
  int checked = 0;
  for (const Fact& fact : facts()) {
    const std::string what = fact.what();
    if (!what.starts_with("E_") || what == "E_saved" || what == "E_5") continue;
    const erg::Run& run = imported(fact.folder);
    if (run.parts[0].timelines.empty()) continue;
    const std::string name = what.substr(2);
    const double sum = name == "epoch" ? joules(run, SpanKind::epoch)
                                       : joules(run, SpanKind::phase, our_name(name));
    EXPECT_NEAR(sum, fact.number(), 1e-3) << fact.id;
    ++checked;
  }
  EXPECT_GE(checked, 5 * 7);
}

TEST_F(Facts, EnergiesThatTheStudySaved) {
  int checked = 0;
  for (const Fact& fact : facts()) {
    if (fact.what() != "E_saved" && fact.what() != "E_5") continue;
    EXPECT_NEAR(saved(imported(fact.folder), Grouping::phase), fact.number(), 1e-3) << fact.id;
    ++checked;
  }
  EXPECT_GE(checked, 16);
}

TEST_F(Facts, EnergyAndTimeOfEveryLayer) {
  int checked = 0;
  for (const Fact& fact : facts()) {
    if (fact.run() != "L3080") continue;
    const erg::Run& run = imported(fact.folder);
    if (fact.what() == "sum") {
      EXPECT_NEAR(saved(run, Grouping::layer), fact.number(), 1e-3);
      EXPECT_NEAR(joules(run, SpanKind::layer), fact.number(), 1e-3);
      continue;
    }
    const auto numbers = fact.numbers();
    EXPECT_NEAR(saved(run, Grouping::layer, fact.what()), numbers[0], 1e-4) << fact.id;
    EXPECT_NEAR(joules(run, SpanKind::layer, fact.what()), numbers[0], 1e-3) << fact.id;
    EXPECT_NEAR(seconds(run, SpanKind::layer, fact.what()), numbers[1], 1e-4) << fact.id;
    ++checked;
  }
  EXPECT_EQ(checked, 22);
}

// The saved energy of each single layer of each step, to 1e-6 J: a nanosecond of it.
TEST_F(Facts, EverySingleLayerToAMicrojoule) {
  const fs::path folder =
      kData / "thesis/3080/ModelsData/alexnet/E5_B128_R0_SR2_layer/fashion_mnist";
  const erg::Run& run = imported(folder);
  const SpanTable& spans = run.parts[0].spans;
  const Timeline& power = run.parts[0].timelines.at(0);
  std::map<std::pair<std::string, std::int64_t>, double> by_begin;
  for (SpanIndex row = 0; row < spans.size(); ++row) {
    if (spans[row].kind != SpanKind::layer) continue;
    const Interval interval = spans.interval(row);
    by_begin[{std::string{spans.name(spans[row].name)},
              interval.begin.time_since_epoch().count()}] = power.energy_clamped(interval).value();
  }
  const auto source = open_bytes(folder / "layer_energy.csv");
  CsvReader reader{*source};
  reader.next();
  PythonLiteral literal;
  const Nanoseconds zero = run.parts[0].header.start.time_since_epoch();
  std::size_t checked = 0;
  double worst_j = 0;
  while (reader.next()) {
    for (const auto cell : reader.fields()) {
      literal.parse(cell);
      const auto nodes = literal.nodes();
      for (std::size_t i = 1; i < nodes.size(); i += 5, ++checked) {
        const auto begin = nanoseconds_of(nodes[i + 2].number) - zero;
        const auto found = by_begin.find({std::string{nodes[i].text}, begin.count()});
        ASSERT_NE(found, by_begin.end());
        worst_j = std::max(worst_j, std::abs(found->second - nodes[i + 4].number));
      }
    }
  }
  EXPECT_EQ(checked, 22u * 5 * 469);
  EXPECT_LT(worst_j, 1e-6);
  RecordProperty("worst_j", std::to_string(worst_j));
}

TEST_F(Facts, SamplesAndSessions) {
  for (const Fact& fact : facts()) {
    if (fact.what() != "n" && fact.what() != "trapz") continue;
    const erg::Run& run = imported(fact.folder);
    const Timeline& power = run.parts[0].timelines.at(0);
    if (fact.run() == "A4090") {  // the other sessions of the file are not this run's
      if (fact.what() == "n") {
        EXPECT_EQ(power.size(), 115129u - (72025 - 3));
      }
      continue;
    }
    if (fact.what() == "n") {
      EXPECT_EQ(static_cast<double>(power.size()), fact.number()) << fact.id;
    } else {
      EXPECT_NEAR(power.energy(*power.covered())->value(), fact.number(), 1e-3) << fact.id;
    }
  }
}

TEST_F(Facts, CapsOf1HzWatts) {
  for (const Fact& fact : facts()) {
    if (fact.id != "caps.fashion_mnist.E" && fact.id != "caps.fashion_mnist.t") continue;
    const auto expected = fact.numbers();
    ASSERT_EQ(expected.size(), 12u);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const erg::Run& run = imported(kData / "thesis/caps_3060/fashion_mnist" /
                                     ("Power" + std::to_string(40 + 5 * i)));
      EXPECT_EQ(run.parts[0].header.devices[0].power_limit, Watts{40.0 + 5.0 * double(i)});
      const double sum =
          fact.id.ends_with("E") ? joules(run, SpanKind::epoch) : seconds(run, SpanKind::epoch);
      EXPECT_NEAR(sum / 10, expected[i], 6e-4) << fact.id << " " << i;
      EXPECT_EQ(run.epochs.size(), 10u);
    }
  }
}

TEST_F(Facts, TheStudysLastForm) {
  const erg::Run& run =
      imported(kData / "thesis/3080/Database/alexnet/fashion_mnist/E5_B128_R0_SR2");
  const std::map<std::string, double> expected{{"to_device", 2701.1817},
                                               {"forward", 5360.5736},
                                               {"loss", 62.0503},
                                               {"backward", 11265.9335},
                                               {"optimizer", 695.5375}};
  for (const auto& [name, energy_j] : expected) {
    EXPECT_NEAR(saved(run, Grouping::phase, name), energy_j, 1e-4) << name;
    EXPECT_NEAR(joules(run, SpanKind::phase, name), energy_j, 1e-2) << name;
  }
  EXPECT_EQ(sum_spans(run, SpanKind::step, "", [](Interval) { return 1.0; }), 5 * 469);
}

}  // namespace
}  // namespace erg
