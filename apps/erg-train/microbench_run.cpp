// SPDX-License-Identifier: Apache-2.0
#include "microbench_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "erg/count.h"
#include "erg/data_set.h"
#include "erg/design_solve.h"
#include "erg/summary.h"
#include "erg/trainer.h"
#include "profiler.h"

namespace erg {
namespace {

constexpr int kBlocks = 2;
// Power is read late and smoothed: the beginning of a block still shows what was before it.
constexpr Seconds kSettling{0.15};
constexpr double kMostSettling = 0.3;  // of a block

const Timeline* power_of(const Run& run, const std::string& device) {
  const auto chosen = profile_channel(run, device);
  for (const auto& part : run.parts) {
    for (const auto& timeline : part.timelines) {
      const Channel& channel = timeline.channel();
      if (channel.device != device || channel.kind == ChannelKind::gauge) continue;
      if (!chosen || chosen->name == channel.name) return &timeline;
    }
  }
  return nullptr;
}

// Mean power behind the settling, times the time of a step.
std::optional<Joules> step_energy(const Timeline& power, const Block& block) {
  const Seconds length = block.interval.length();
  const Seconds skipped = std::min(kSettling, kMostSettling * length);
  const Interval settled{block.interval.begin + std::chrono::round<Nanoseconds>(skipped),
                         block.interval.end};
  const auto energy = power.energy(settled);
  if (!energy || block.steps < 1) return std::nullopt;
  const Seconds spent = block.device_time > Seconds{0} ? block.device_time : length;
  return *energy / Seconds{settled.length()} * spent / static_cast<double>(block.steps);
}

Seconds step_time(const Block& block) {
  const Seconds spent =
      block.device_time > Seconds{0} ? block.device_time : Seconds{block.interval.length()};
  return spent / static_cast<double>(std::max<std::int64_t>(1, block.steps));
}

}  // namespace

MeasuredStep measure_step(Session& session, const Microbench& bench, const TrainingOptions& options,
                          Seconds time, std::stop_token stop) {
  TrainingOptions training = options;
  training.batch = bench.batch;
  training.evaluate = false;
  const Shape& input = bench.network.input_shape();
  const auto classes = bench.network.output_shape()[0];
  const DataSet data = load_data_set(
      fmt::format("synthetic:{}:{}:{}", to_string(input), classes, 2 * bench.batch), data_places());
  Trainer trainer{bench.network, data, training};
  CountOptions counting;
  counting.batch = bench.batch;
  counting.bytes_per_number =
      options.precision == Precision::bf16 || options.precision == Precision::fp16 ? 2 : 4;
  MeasuredStep result{bench.kind, count(bench.network, counting), {}};
  StepProfile profile;
  profile.warm_up = 0.2 * time;
  profile.device = profiled_device(session.devices(), trainer.gpu_uuid());
  int planned = 0;
  profile.next = [&]() -> std::optional<PlannedBlock> {
    if (planned++ == kBlocks) return std::nullopt;
    StepDesign design;
    design.name = "forward+backward+optimizer";
    design.backward = true;
    design.optimizer = true;
    return PlannedBlock{design, 0.8 / kBlocks * time};
  };
  profile.done = [&](const Block& block) {
    session.writer().append_block(block);
    result.blocks.push_back(block);
  };
  trainer.profile(profile, &session.spans(), stop);
  return result;
}

Observations steps_of(const Run& run, const std::vector<MeasuredStep>& steps,
                      const std::string& precision) {
  Observations table;
  table.unit = "step";
  table.source = "run " + run.header.id.text();
  for (const auto& step : steps) {
    Observation row;
    row.label = row.network = step.complexity.network;
    row.family = step.kind;
    row.precision = precision;
    row.batch = row.images = static_cast<double>(step.complexity.batch);
    row.work = step_work(step.complexity);
    std::vector<double> energies;
    std::vector<double> times;
    for (const auto& block : step.blocks) {
      const Timeline* power = power_of(run, block.device);
      const auto energy = power ? step_energy(*power, block) : std::nullopt;
      if (energy) energies.push_back(energy->value());
      times.push_back(step_time(block).count());
    }
    if (times.empty()) continue;
    row.time = Seconds{median(times)};
    if (!energies.empty()) row.energy = Joules{median(energies)};
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace erg
