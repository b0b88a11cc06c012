// SPDX-License-Identifier: Apache-2.0
// How often the intervals of simulated profiles hold the truth.
#include <algorithm>
#include <cmath>

#include "erg/design_solve.h"
#include "run_builder.h"
#include "simulated_profile.h"

namespace erg::testing {
namespace {

using Random = std::mt19937_64;

double uniform(Random& random, double low, double high) {
  return std::uniform_real_distribution<double>{low, high}(random);
}

double normal(Random& random, double deviation) {
  return std::normal_distribution<double>{0, deviation}(random);
}

double seconds_of(const std::vector<Piece>& pieces) {
  double sum = 0;
  for (const Piece& each : pieces) sum += each.seconds;
  return sum;
}

SensorFaults random_sensor(Random& random) {
  SensorFaults sensor;
  const bool slow = random() % 2 == 0;
  sensor.refresh_s = slow ? 0.1 : 0.02;
  sensor.window_s = slow ? (random() % 2 == 0 ? 0.1 : 0.025) : 0.02;
  sensor.delay_s = uniform(random, 0, 0.01);
  sensor.low_pass_s = uniform(random, 0.005, 0.02);
  sensor.jitter_s = uniform(random, 0, slow ? 0.02 : 0.008);
  sensor.late_s = uniform(random, 0, 0.005);
  sensor.noise_w = uniform(random, 0.2, 3);
  sensor.gain = 1 + normal(random, 0.025);
  return sensor;
}

double random_period(Random& random, double refresh) {
  // One in four is commensurate with the sensor: a half, one, or two of its refreshes.
  if (random() % 4 == 0)
    return std::clamp(refresh * std::pow(2.0, static_cast<double>(random() % 3) - 1), 0.005, 0.1);
  return std::exp(uniform(random, std::log(0.005), std::log(0.1)));
}

SimulatedStep random_step(Random& random, double period) {
  SimulatedStep step;
  const double shares[] = {uniform(random, 0.03, 0.12), uniform(random, 0.25, 0.4),
                           uniform(random, 0.35, 0.55), uniform(random, 0.03, 0.1)};
  const double all = shares[0] + shares[1] + shares[2] + shares[3];
  const auto piece = [&](double share, double low, double high) {
    return Piece{share / all * period, uniform(random, low, high)};
  };
  step.copy = {piece(shares[0], 100, 250)};
  step.optimizer = {piece(shares[3], 250, 500)};
  for (int half = 0; half < 2; ++half) {  // power varies within a phase
    step.forward.push_back(piece(shares[1] / 2, 350, 650));
    step.backward.push_back(piece(shares[2] / 2, 350, 650));
  }
  return step;
}

SimulatedWorld random_world(Random& random) {
  SimulatedWorld world;
  world.drift = uniform(random, -0.01, 0.02);
  world.drift_time_s = uniform(random, 8, 40);
  world.block_scatter = uniform(random, 0.001, 0.004);
  return world;
}

void count(Coverage& coverage, const EnergyEstimate& estimate, double truth_j) {
  const double half = 1.96 * estimate.independent_u.value();
  const double error = estimate.value.value() - truth_j;
  ++coverage.intervals;
  coverage.covered += std::abs(error) <= half ? 1 : 0;
  coverage.half_widths.push_back(half / truth_j);
  coverage.errors.push_back(error / truth_j);
}

Channel channel_of(const SensorFaults& sensor) {
  Channel channel;
  channel.refresh = Seconds{sensor.refresh_s};
  channel.window = Seconds{sensor.window_s};
  channel.delay = Seconds{sensor.delay_s};
  return channel;
}

}  // namespace

Coverage phase_coverage(std::size_t runs, std::uint64_t seed) {
  Coverage coverage;
  for (std::size_t i = 0; i < runs; ++i) {
    Random random{seed + i};
    const SensorFaults sensor = random_sensor(random);
    const SimulatedStep step = random_step(random, random_period(random, sensor.refresh_s));
    ProfileBudget budget;
    budget.all = Seconds{60};
    budget.block = block_duration(channel_of(sensor));
    budget.seed = seed + i;
    const auto profile = simulate(plan_blocks(phase_designs(), budget), step, sensor,
                                  random_world(random), seed + i);
    const Breakdown result = solve_designs(profile.run);
    const double factor = sensor.gain * profile.drift_factor;
    const std::pair<const char*, double> truths[] = {{"to_device", energy_j(step.copy)},
                                                     {"forward", energy_j(step.forward)},
                                                     {"backward", energy_j(step.backward)},
                                                     {"optimizer", energy_j(step.optimizer)}};
    double whole = 0;
    for (const auto& [name, truth] : truths) whole += truth;
    for (const auto& [name, truth] : truths) {
      if (truth >= 0.03 * whole) count(coverage, *row(result, name)->energy, factor * truth);
    }
    count(coverage, *result.total.energy, factor * whole);
  }
  return coverage;
}

Coverage layer_coverage(std::size_t runs, std::uint64_t seed) {
  Coverage coverage;
  for (std::size_t i = 0; i < runs; ++i) {
    Random random{seed + i};
    const SensorFaults sensor = random_sensor(random);
    const double period = random_period(random, sensor.refresh_s);
    SimulatedStep step = random_step(random, period);
    step.forward.clear();
    step.backward.clear();
    StepTimes times;
    for (int layer = 0; layer < 8; ++layer) {
      const Piece forward{period * uniform(random, 0.01, 0.08), uniform(random, 350, 650)};
      const Piece backward{2 * forward.seconds, uniform(random, 350, 650)};
      const std::string name = "layer_" + std::to_string(layer);
      step.layers[name] = {forward, backward};
      step.forward.push_back(forward);
      step.backward.insert(step.backward.begin(), backward);
      step.order.push_back(name);
      times.layers.push_back(
          {name, Seconds{forward.seconds}, Seconds{backward.seconds}, {}, {}, ""});
    }
    for (const auto* phase : {&step.forward, &step.backward, &step.copy, &step.optimizer}) {
      times.device += Seconds{seconds_of(*phase)};
    }
    ProfileBudget budget;
    budget.block = block_duration(channel_of(sensor));
    budget.all = Seconds{60};
    budget.seed = seed + i;
    const auto designs = layer_designs(times);
    const auto profile =
        simulate(plan_blocks(designs, budget), step, sensor, random_world(random), seed + i);
    AttributionOptions options;
    options.by = Grouping::layer;
    const Breakdown result = solve_designs(profile.run, options);
    const double whole = energy_j(step.copy) + energy_j(step.forward) + energy_j(step.backward) +
                         energy_j(step.optimizer);
    for (const auto& [name, pieces] : step.layers) {
      for (const Pass pass : {Pass::forward, Pass::backward}) {
        const double truth = energy_j({pass == Pass::forward ? pieces.first : pieces.second});
        const auto* found = row(result, name, pass);
        if (truth < 0.02 * whole || !found) continue;
        count(coverage, *found->energy, sensor.gain * profile.drift_factor * truth);
      }
    }
  }
  return coverage;
}

}  // namespace erg::testing
