// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <cstring>

#include "erg/estimator.h"
#include "proc_stat.h"
#include "stamped.h"
#include "text_file.h"

namespace erg {

struct EstimatorSensor::State {
  std::vector<Estimator> estimators;
  std::vector<double> energy_uj;
  UniqueFd stat;
  std::optional<Timestamp> read_at;
  CpuTicks ticks;
  double utilisation = 0;

  std::optional<CpuTicks> read_ticks() const noexcept {
    std::array<char, 512> text;  // the first line, however many CPUs
    const auto got = read_at_start(stat.get(), text);
    return got ? parse_cpu_ticks(*got) : std::nullopt;
  }
  void advance(Timestamp time, const CpuTicks& now) noexcept;
};

void EstimatorSensor::State::advance(Timestamp time, const CpuTicks& now) noexcept {
  // Within one tick of the last reading the load is taken to be what it was.
  if (const auto fresh = erg::utilisation(ticks, now); read_at && fresh) utilisation = *fresh;
  if (read_at) {
    const Seconds since = time - *read_at;
    for (std::size_t i = 0; i < estimators.size(); ++i) {
      energy_uj[i] += 1e6 * in_si(estimators[i].power(utilisation) * since);
    }
  }
  ticks = now;
  read_at = time;
}

EstimatorSensor::EstimatorSensor(std::vector<EstimatedChannel> estimates,
                                 std::string utilisation_device, const std::filesystem::path& proc)
    : state_{std::make_unique<State>()} {
  state_->stat = open_to_read(proc / "stat");
  const auto ticks = state_->stat ? state_->read_ticks() : std::nullopt;
  if (!ticks) {
    const std::string words = state_->stat ? "has no line of CPU times" : std::strerror(errno);
    throw SensorUnavailable{"cannot estimate from " + (proc / "stat").string() + ": " + words};
  }
  for (auto& each : estimates) {
    channels_.push_back({each.name, each.device, ChannelKind::energy_counter, Unit::joule, 1e-6,
                         Seconds{0}, Seconds{0}, Seconds{0}, each.estimator.gain_u, 0,
                         each.estimator.provenance,
                         each.estimator.name + ": " + each.estimator.formula});
    state_->estimators.push_back(std::move(each.estimator));
  }
  state_->energy_uj.resize(state_->estimators.size());
  if (utilisation_device.empty()) return;
  channels_.push_back({"utilisation", utilisation_device, ChannelKind::gauge, Unit::ratio, 1e-4,
                       Seconds{0}, Seconds{0}, Seconds{0}, 0, 0, Provenance::measured,
                       "/proc/stat"});
}

EstimatorSensor::~EstimatorSensor() = default;

void EstimatorSensor::read(const HostClock& clock, std::span<Slot> slots) noexcept {
  const auto [time, ticks] = stamped(clock, [&] { return state_->read_ticks(); });
  if (!ticks || (state_->read_at && time <= *state_->read_at)) {
    for (Slot& slot : slots) slot.absence = ticks ? Absence::nothing_new : Absence::failed;
    return;
  }
  const bool first = !state_->read_at;
  state_->advance(time, *ticks);
  for (std::size_t i = 0; i < state_->estimators.size(); ++i) {
    slots[i].samples.push_back({time, std::llround(state_->energy_uj[i])});
  }
  if (slots.size() == state_->estimators.size()) return;
  if (first) {
    slots.back().absence = Absence::nothing_new;  // a share of time needs two readings
  } else {
    slots.back().samples.push_back({time, std::llround(state_->utilisation * 1e4)});
  }
}

}  // namespace erg
