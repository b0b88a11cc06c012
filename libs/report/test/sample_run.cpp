// SPDX-License-Identifier: Apache-2.0
#include "sample_run.h"

#include <cmath>

#include "erg/idle_sensor.h"
#include "erg/testing/at.h"

namespace erg::testing {
namespace {

constexpr double kEpoch = 30;
constexpr double kTraining = 25;  // of each epoch; then evaluation
constexpr int kEpochs = 3;

double power_at(double time) {
  const double in_epoch = time - kEpoch * static_cast<int>(time / kEpoch);
  if (in_epoch > kTraining) return 160;
  const double in_step = in_epoch - 0.5 * static_cast<int>(in_epoch / 0.5);
  return in_step < 0.1 ? 100 : 300;
}

Timeline readings() {
  Channel channel;
  channel.name = "power_ring";
  channel.device = "GPU-1";
  channel.kind = ChannelKind::windowed_power;
  channel.unit = Unit::watt;
  channel.resolution = 0.001;
  channel.refresh = Seconds{0.02};
  channel.gain_u = 0.025;
  channel.method = "NVML sample ring";
  Timeline timeline{channel};
  for (int i = 0; i <= 50 * kEpoch * kEpochs; ++i) {
    const double time = 0.02 * i;
    timeline.append(Sample{at(time), static_cast<std::int64_t>(1000 * power_at(time))});
  }
  return timeline;
}

void add(SpanTable& spans, std::string_view name, SpanKind kind, double begin, double end) {
  Span span;
  span.name = spans.intern(name);
  span.kind = kind;
  span.interval = between(begin, end);
  spans.append(span);
}

SpanTable spans() {
  SpanTable table;
  add(table, "run", SpanKind::run, 0, kEpoch * kEpochs);
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    const double begin = kEpoch * epoch;
    add(table, "epoch " + std::to_string(epoch + 1), SpanKind::epoch, begin, begin + kEpoch);
    for (double step = begin; step < begin + kTraining - 0.1; step += 0.5) {
      add(table, phase::kData, SpanKind::phase, step, step + 0.1);
      add(table, phase::kForward, SpanKind::phase, step + 0.1, step + 0.25);
      add(table, phase::kBackward, SpanKind::phase, step + 0.25, step + 0.5);
    }
    add(table, phase::kEvaluate, SpanKind::phase, begin + kTraining, begin + kEpoch);
  }
  return table;
}

BreakdownRow row(std::string_view name, std::uint64_t count, double time, double energy, double u) {
  BreakdownRow row;
  row.name = name;
  row.kind = "phase";
  row.count = count;
  row.time = TimeEstimate{Seconds{time}};
  row.energy = EnergyEstimate{Joules{energy}, Joules{u}, 0.025, Provenance::measured};
  row.method = "timeline, NVML sample ring";
  return row;
}

Breakdown by_phase() {
  Breakdown breakdown;
  breakdown.by = Grouping::phase;
  breakdown.method = "timeline";
  breakdown.rows = {row("data", 150, 15, 1500, 12), row("forward", 150, 22.5, 6750, 40),
                    row("backward", 150, 37.5, 11250, 55), row("evaluate", 3, 15, 2400, 5)};
  breakdown.unattributed = row("unattributed", 0, 0, 10, 3);
  breakdown.total = row("total", 1, 90, 21910, 20);
  return breakdown;
}

Breakdown whole() {
  Breakdown breakdown;
  breakdown.by = Grouping::run;
  breakdown.method = "timeline";
  breakdown.rows = {row("run", 1, 90, 21910, 20)};
  breakdown.total = row("total", 1, 90, 21910, 20);
  return breakdown;
}

}  // namespace

Run sample_run(std::string name) {
  Run run;
  run.header.id = Uuid::from_text(name);
  run.header.name = std::move(name);
  run.header.start = UtcTime{std::chrono::seconds{1764045816}};
  Environment& environment = run.header.environment;
  environment.command = {"erg", "train", "lenet5", "--data", "fashion_mnist"};
  environment.versions = {{"erg", "0.1.0"}, {"torch", "2.13.0"}};
  environment.os = "Debian GNU/Linux 12";
  environment.cpu = "AMD EPYC 9R14";
  environment.cpu_threads = 2;
  environment.memory_bytes = std::int64_t{24} << 30;
  environment.workload.network = "lenet5";
  environment.workload.data = "fashion_mnist";
  environment.workload.batch = 128;
  environment.workload.epochs = kEpochs;
  environment.tags = {{"room", "lab3"}};
  run.status = RunStatus::finished;

  Part part;
  part.header.host = "node7";
  part.header.devices = {
      {"GPU-1", DeviceKind::gpu, "NVIDIA H100 80GB HBM3", "580.159", Watts{700}, Watts{700}}};
  part.timelines.push_back(readings());
  part.header.channels = {part.timelines.front().channel()};
  part.spans = spans();
  part.cost = {.reads = 90, .missed = 0, .unreadable = 0, .reading = Seconds{0.03}};
  part.notes = {"another process uses GPU-1: its joules are not this run's alone"};
  run.parts.push_back(std::move(part));
  run.epochs = {
      {0, 0.61, 0.772, 0.48, 0.823}, {1, 0.42, 0.846, 0.41, 0.851}, {2, 0.37, 0.864, 0.38, 0.862}};
  run.breakdowns = {whole(), by_phase()};
  return run;
}

Run idle_run(std::optional<Watts> idle) {
  Run run = sample_run("idle");
  Breakdown by_device = whole();
  by_device.by = Grouping::device;
  by_device.rows.front().name = by_device.rows.front().device = "GPU-1";
  run.breakdowns.push_back(by_device);
  if (!idle) return run;
  Channel channel;
  channel.name = kIdlePowerChannel;
  channel.device = "GPU-1";
  channel.unit = Unit::watt;
  channel.resolution = 1e-3;
  channel.method = "profile of a test";
  Timeline line{channel};
  line.append(Sample{at(0), std::llround(idle->value() * 1e3)});
  run.parts.front().timelines.push_back(line);
  return run;
}

}  // namespace erg::testing
