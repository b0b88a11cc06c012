// SPDX-License-Identifier: Apache-2.0
#include "simulated_profile.h"

#include <algorithm>
#include <cmath>

#include "erg/design_solve.h"
#include "run_builder.h"

namespace erg::testing {
namespace {

constexpr double kGrid = 0.001;
using Random = std::mt19937_64;

double uniform(Random& random, double low, double high) {
  return std::uniform_real_distribution<double>{low, high}(random);
}
double normal(Random& random, double deviation) {
  return deviation > 0 ? std::normal_distribution<double>{0, deviation}(random) : 0;
}

double seconds_of(const std::vector<Piece>& pieces) {
  double sum = 0;
  for (const Piece& each : pieces) sum += each.seconds;
  return sum;
}

std::vector<Piece> pieces_of(const StepDesign& design, const SimulatedStep& step) {
  std::vector<Piece> pieces;
  const auto add = [&](const std::vector<Piece>& more) {
    pieces.insert(pieces.end(), more.begin(), more.end());
  };
  if (design.copy) add(step.copy);
  if (!design.until.empty()) {  // pieces of the forward are its layers, in order
    const auto last = std::ranges::find(step.order, design.until) - step.order.begin();
    pieces.insert(pieces.end(), step.forward.begin(), step.forward.begin() + last + 1);
    return pieces;
  }
  add(step.forward);
  if (!design.layer.empty()) {
    const auto& [forward, backward] = step.layers.at(design.layer);
    const bool forwards = design.pass == Pass::forward;
    Piece repeated = forwards ? forward : backward;
    repeated.seconds *= design.repetitions;
    if (!forwards) pieces.push_back(forward);
    pieces.push_back(repeated);
  }
  if (design.backward) add(step.backward);
  if (design.optimizer) add(step.optimizer);
  for (int i = 0; (design.copy_again || design.optimizer_again) && i < design.repetitions; ++i) {
    if (design.copy_again) add(step.copy);
    if (design.optimizer_again) add(step.optimizer);
  }
  return pieces;
}

// Energy of the first `time` seconds of a step repeated for ever.
class Repeated {
 public:
  explicit Repeated(std::vector<Piece> pieces) : pieces_{std::move(pieces)} {
    period_ = seconds_of(pieces_);
    energy_ = energy_j(pieces_);
  }
  double until(double time) const {
    const double whole = std::floor(time / period_);
    double left = time - whole * period_, sum = whole * energy_;
    for (const Piece& each : pieces_) {
      const double part = std::min(left, each.seconds);
      if (part <= 0) break;
      sum += part * each.watts;
      left -= part;
    }
    return sum;
  }
  double period() const { return period_; }

 private:
  std::vector<Piece> pieces_;
  double period_ = 0;
  double energy_ = 0;
};

double drift_at(double time, const SimulatedWorld& world) {
  return 1 + world.drift * (1 - std::exp(-time / world.drift_time_s));
}

// Power by the millisecond, block after block.
class PowerTape {
 public:
  explicit PowerTape(double idle_w) : watts_(2000, idle_w) {}  // two seconds before the first

  double now() const { return static_cast<double>(watts_.size()) * kGrid - 2; }
  void play(const Repeated& step, double length, double scale, const SimulatedWorld& world,
            double hiccup_at, double hiccup) {
    double done = 0, stalled = 0;
    const double begin = now();
    for (double t = 0; t < length + hiccup - 0.5 * kGrid; t += kGrid) {
      if (t >= hiccup_at && stalled < hiccup) {
        watts_.push_back(world.idle_w);
        stalled += kGrid;
        continue;
      }
      const double until = std::min(done + kGrid, length);
      const double energy = step.until(until) - step.until(done);
      watts_.push_back(scale * drift_at(begin + t, world) * energy / kGrid);
      done = until;
    }
  }
  const std::vector<double>& watts() const { return watts_; }

 private:
  std::vector<double> watts_;
};

Timeline read_tape(const std::vector<double>& watts, const SensorFaults& sensor, Random& random) {
  Channel channel = power_channel("GPU-1");
  channel.resolution = 0.001;
  channel.refresh = Seconds{sensor.refresh_s};
  channel.window = Seconds{sensor.window_s};
  channel.delay = Seconds{sensor.delay_s};
  std::vector<double> energy(watts.size() + 1, 0);  // of the low-passed power
  double held = watts.front();
  const double share = sensor.low_pass_s > 0 ? 1 - std::exp(-kGrid / sensor.low_pass_s) : 1;
  for (std::size_t i = 0; i < watts.size(); ++i) {
    held += share * (watts[i] - held);
    energy[i + 1] = energy[i] + held * kGrid;
  }
  const double end = static_cast<double>(watts.size()) * kGrid;
  const auto until = [&](double time) {
    const double place = std::clamp(time / kGrid, 0.0, static_cast<double>(watts.size()));
    const auto cell = std::min(static_cast<std::size_t>(place), watts.size() - 1);
    return energy[cell] + (place - static_cast<double>(cell)) * (energy[cell + 1] - energy[cell]);
  };
  Timeline timeline{channel};
  for (double tick = sensor.window_s + sensor.delay_s + 0.01; tick < end;
       tick += sensor.refresh_s) {
    const double update = tick + uniform(random, -sensor.jitter_s, sensor.jitter_s);
    const double to = update - sensor.delay_s, from = to - sensor.window_s;
    const double power =
        sensor.gain * (until(to) - until(from)) / sensor.window_s + normal(random, sensor.noise_w);
    timeline.append({at(tick + sensor.late_s - 2), std::llround(power / channel.resolution)});
  }
  return timeline;
}

}  // namespace

double energy_j(const std::vector<Piece>& pieces) {
  double sum = 0;
  for (const Piece& each : pieces) sum += each.seconds * each.watts;
  return sum;
}

SimulatedProfile simulate(const std::vector<PlannedBlock>& blocks, const SimulatedStep& step,
                          const SensorFaults& sensor, const SimulatedWorld& world,
                          std::uint64_t seed) {
  Random random{seed};
  PowerTape tape{world.idle_w};
  Part part = PartBuilder{}.device(gpu()).build();
  double drift = 0;
  for (const PlannedBlock& planned : blocks) {
    const Repeated repeated{pieces_of(planned.design, step)};
    Block block;
    block.design = planned.design.name;
    block.repetitions = planned.design.repetitions;
    block.device = "GPU-1";
    block.steps =
        std::max<std::int64_t>(1, std::llround(planned.duration.count() / repeated.period()));
    const double length = static_cast<double>(block.steps) * repeated.period();
    const bool stalls = uniform(random, 0, 1) < world.hiccups;
    const double hiccup = stalls ? world.hiccup_s : 0;
    const double begin = tape.now();
    tape.play(repeated, length, 1 + normal(random, world.block_scatter), world,
              uniform(random, 0, length), hiccup);
    block.interval = between(begin, begin + length + hiccup);
    block.device_time = Seconds{length + hiccup};
    drift += std::log(drift_at(begin + 0.5 * length, world));
    part.blocks.push_back(block);
  }
  PowerTape after = tape;
  after.play(Repeated{{{1, world.idle_w}}}, 0.5, 1, world, 1e9, 0);
  const Timeline power = read_tape(after.watts(), sensor, random);
  part.header.channels.push_back(power.channel());
  part.timelines.push_back(power);
  return {run_of({part}), std::exp(drift / static_cast<double>(blocks.size()))};
}

}  // namespace erg::testing
