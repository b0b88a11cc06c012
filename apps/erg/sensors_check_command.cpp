// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "console.h"
#include "device_profile.h"
#include "erg/cpu_calibration.h"
#include "erg/cpu_load.h"
#include "erg/discover.h"
#include "erg/host_info.h"
#include "erg/json_forms.h"
#include "erg/numbers.h"
#include "erg/sensor_check.h"
#include "gpu_load.h"
#include "sensor_recorder.h"
#include "subcommands.h"

namespace erg {
namespace {

using Align = TextTable::Align;
using namespace std::chrono_literals;

struct CheckOptions {
  double scale = 1;
  bool json = false;
};

Interval rest(const HostClock& clock, Seconds time) {
  const Timestamp begin = clock.now();
  std::this_thread::sleep_for(time);
  return {begin, clock.now()};
}

// When the CPU worked and when the cards did; the cards' is empty where they cannot.
struct Schedules {
  LoadSchedule cpu;
  std::optional<LoadSchedule> gpu;
  std::vector<Interval> cpu_levels;  // of parts of the CPU at work; empty: nothing to calibrate by
};

// How long what is done lasts: 5 s, 4.5 s where a CPU is calibrated, 19 s, and as much with a card,
// which has all of the CPU's time and 4.5 s more to get ready. In all less than a minute.
struct Times {
  explicit Times(double scale)
      : whole{52 * scale},
        idle{5 * scale},
        periods{std::max(3, static_cast<int>(10 * scale))},
        steady{6 * scale},
        hot{3 * scale},
        level{1.5 * scale} {}

  Seconds exercise() const { return periods * kPeriod + steady + hot; }

  static constexpr Seconds kPeriod{1};
  Seconds whole, idle;
  int periods;  // of the square wave
  Seconds steady, hot;
  Seconds level;  // of each part of the CPU
};

// A square wave, a long load, idle again.
void exercise(Load& load, std::string_view what, const HostClock& clock, const Times& times,
              LoadSchedule& schedule) {
  inform(fmt::format("a square wave of load on the {} ...\n", what));
  schedule.on =
      square_wave(load, clock, std::chrono::round<Nanoseconds>(Times::kPeriod / 2), times.periods);
  inform("a steady load ...\n");
  load.on();
  schedule.steady = rest(clock, times.steady);
  load.off();
  inform("idle again ...\n");
  schedule.hot_idle = rest(clock, times.hot);
}

// The cards', which get ready while the CPU works. Empty where there are none that can.
class CardExercise {
 public:
  CardExercise(const SensorSet& found, std::vector<std::string>& told) : told_{told} {
    if (std::ranges::find(found.devices, DeviceKind::gpu, &Device::kind) == found.devices.end()) {
      return;
    }
    attempt([&] { load_ = std::make_unique<GpuLoad>(); });
  }

  std::optional<LoadSchedule> run(const HostClock& clock, const Times& times,
                                  const Interval& cold_idle) {
    if (!load_) return std::nullopt;
    LoadSchedule schedule;
    schedule.cold_idle = cold_idle;
    const bool done = attempt([&] {
      constexpr Seconds kLeast{1};
      const Seconds left = times.whole - Seconds{clock.now().time_since_epoch()} - times.exercise();
      load_->wait_until_ready(std::max(left, kLeast));
      exercise(*load_, "GPU", clock, times, schedule);
    });
    return done ? std::optional{std::move(schedule)} : std::nullopt;
  }

 private:
  template <class Action>
  bool attempt(Action action) {
    try {
      action();
      return true;
    } catch (const std::exception& error) {
      told_.push_back(std::string{"the cards were seen at rest only: "} + error.what());
      return false;
    }
  }

  std::vector<std::string>& told_;
  std::unique_ptr<GpuLoad> load_;
};

Schedules exercise_all(const SensorSet& found, const HostClock& clock, double scale,
                       std::vector<std::string>& told) {
  const Times times{scale};
  Schedules schedules;
  inform("idle ...\n");
  schedules.cpu.cold_idle = rest(clock, times.idle);
  CardExercise cards{found, told};
  if (can_calibrate_cpu(found)) {
    inform("parts of the CPU at work ...\n");
    schedules.cpu_levels = load_parts_of_cpu(clock, times.level);
  }
  {
    CpuLoad load;
    exercise(load, "CPU", clock, times, schedules.cpu);
  }
  if (!schedules.cpu_levels.empty()) {
    schedules.cpu_levels.push_back(schedules.cpu.cold_idle);
    schedules.cpu_levels.push_back(schedules.cpu.steady);
  }
  schedules.gpu = cards.run(clock, times, schedules.cpu.cold_idle);
  return schedules;
}

// The counter beside which a power is judged.
const Timeline* counter_of(const std::vector<Timeline>& timelines, const Timeline& power) {
  const auto found = std::ranges::find_if(timelines, [&](const Timeline& line) {
    return line.channel().device == power.channel().device && &line != &power &&
           line.channel().kind == ChannelKind::energy_counter;
  });
  return found == timelines.end() ? nullptr : &*found;
}

std::string profiles_text(const std::vector<ChannelProfile>& profiles, TextStyle style) {
  TextTable table{{{"device"},
                   {"channel"},
                   {"refresh", Align::right},
                   {"window", Align::right},
                   {"delay", Align::right},
                   {"noise", Align::right},
                   {"idle, cold", Align::right},
                   {"idle, hot", Align::right},
                   {"load", Align::right},
                   {"one read", Align::right},
                   {"counter", Align::right}}};
  const auto shown = [](const auto& value) { return value ? text(*value) : std::string{"-"}; };
  for (const auto& one : profiles) {
    table.add({one.device, one.channel, shown(one.refresh),
               one.response ? text(one.response->window) : "-",
               one.response ? text(one.response->delay) : "-", shown(one.noise),
               shown(one.idle_cold), shown(one.idle_hot), shown(one.load), shown(one.read_cost),
               one.disagreement ? fmt::format("{:+.1f} %", 100 * *one.disagreement) : "-"});
  }
  return table.text(style);
}

DeviceKind kind_of(const SensorSet& found, const std::string& id) {
  const auto device = std::ranges::find(found.devices, id, &Device::id);
  return device == found.devices.end() ? DeviceKind::board : device->kind;
}

// A card at rest has no load, and nothing to be warned of.
ChannelProfile profile_of(const Timeline& line, const std::vector<Timeline>& timelines,
                          const Schedules& schedules, bool on_gpu) {
  const Timeline* counter = counter_of(timelines, line);
  if (on_gpu && schedules.gpu) return profile_channel(line, *schedules.gpu, counter);
  ChannelProfile profile = profile_channel(line, schedules.cpu, counter);
  if (on_gpu) profile.load.reset(), profile.response.reset(), profile.idle_hot.reset();
  return profile;
}

// What was measured, by device: later runs refer to it.
void store_profiles(Store& store, const SensorSet& found,
                    const std::vector<ChannelProfile>& profiles,
                    const std::vector<Timeline>& timelines,
                    const std::optional<IdleMaxModel>& cpu_model) {
  for (const auto& device : found.devices) {
    DeviceProfile profile{device.id, device.name, host_name(), {}, {}, {}};
    if (device.id == "cpu-0") profile.cpu_model = cpu_model;
    for (const auto& line : timelines) {
      if (line.channel().device != device.id || line.channel().provenance != Provenance::measured) {
        continue;
      }
      for (const auto& one : profiles) {
        if (one.device == device.id && one.channel == line.channel().name) {
          profile.channels.push_back(one);
        }
      }
    }
    if (profile.channels.empty()) continue;
    save_profile(store, profile);
    inform(fmt::format("profile of {} stored in {}\n", plain_text(device.id), store.url()));
  }
}

int check(const Commands& commands, const CheckOptions& options) {
  SensorOptions what;
  what.every_channel = true;
  const HostClock clock;
  SensorSet found = discover(what);
  const auto store = store_to_write(commands);
  std::vector<std::string> told = found.warnings;
  SensorRecorder recorder{found.sensors, clock};
  const Schedules schedules = exercise_all(found, clock, options.scale, told);
  const auto timelines = recorder.stop();
  told.insert(told.end(), recorder.failures().begin(), recorder.failures().end());

  std::vector<ChannelProfile> profiles;
  for (std::size_t i = 0; i < timelines.size(); ++i) {
    const Channel& channel = timelines[i].channel();
    if (channel.kind == ChannelKind::gauge) continue;
    const bool on_gpu = kind_of(found, channel.device) == DeviceKind::gpu;
    profiles.push_back(profile_of(timelines[i], timelines, schedules, on_gpu));
    profiles.back().read_cost = recorder.read_cost(i);
    if (channel.provenance != Provenance::measured) continue;  // a formula hides nothing
    for (auto& warning : warnings(profiles.back())) told.push_back(std::move(warning));
  }
  print(options.json ? profiles_json(profiles, told) : profiles_text(profiles, stdout_style()));
  if (!options.json) {
    for (const auto& warning : told) warn(warning);
  }
  const auto cpu_model = calibrated_cpu(timelines, schedules.cpu_levels);
  if (cpu_model) {
    inform(fmt::format(
        "model of the CPU, for where its counter cannot be read: {} + {} x u^{:.2f}\n",
        text(cpu_model->idle), text(cpu_model->max - cpu_model->idle), cpu_model->exponent));
  }
  store_profiles(*store, found, profiles, timelines, cpu_model);
  return 0;
}

}  // namespace

void add_sensors_check(Commands& commands, CLI::App& sensors) {
  const auto options = std::make_shared<CheckOptions>();
  auto& checker = commands.add(
      sensors, "check",
      "Measure the sensors themselves, idle and under load, and store the result as the "
      "devices' profiles: under a minute",
      "erg sensors check --json", [&commands, options] { return check(commands, *options); });
  checker.add_option("--scale", options->scale, "Take so much of the usual time")
      ->check(CLI::Range(0.1, 4.0))
      ->capture_default_str();
  checker.add_flag("--json", options->json, "As JSON");
}

}  // namespace erg
