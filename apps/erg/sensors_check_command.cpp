// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "console.h"
#include "device_profile.h"
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
};

// A square wave, a long load, idle again: 19 seconds.
void exercise(Load& load, std::string_view what, const HostClock& clock, double scale,
              LoadSchedule& schedule) {
  inform(fmt::format("a square wave of load on the {} ...\n", what));
  schedule.on = square_wave(load, clock, 500ms, std::max(3, static_cast<int>(10 * scale)));
  inform("a steady load ...\n");
  load.on();
  schedule.steady = rest(clock, scale * 6s);
  load.off();
  inform("idle again ...\n");
  schedule.hot_idle = rest(clock, scale * 3s);
}

Schedules exercise_all(const SensorSet& found, const HostClock& clock, double scale,
                       std::vector<std::string>& told) {
  Schedules schedules;
  inform("idle ...\n");
  schedules.cpu.cold_idle = rest(clock, scale * 5s);
  {
    CpuLoad load;
    exercise(load, "CPU", clock, scale, schedules.cpu);
  }
  const bool any_gpu =
      std::ranges::find(found.devices, DeviceKind::gpu, &Device::kind) != found.devices.end();
  if (!any_gpu) return schedules;
  try {
    inform("the cards get ready ...\n");
    GpuLoad load;
    LoadSchedule gpu;
    gpu.cold_idle = schedules.cpu.cold_idle;
    exercise(load, "GPU", clock, scale, gpu);
    schedules.gpu = std::move(gpu);
  } catch (const std::exception& error) {
    told.push_back(std::string{"the cards were seen at rest only: "} + error.what());
  }
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
                    const std::vector<Timeline>& timelines) {
  for (const auto& device : found.devices) {
    DeviceProfile profile{device.id, device.name, host_name(), {}, {}};
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
  SensorSet found = discover(what);
  const auto store = store_of(commands);
  const HostClock clock;
  std::vector<std::string> told = found.warnings;
  SensorRecorder recorder{found.sensors, clock};
  const Schedules schedules = exercise_all(found, clock, options.scale, told);
  const auto timelines = recorder.stop();

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
  store_profiles(*store, found, profiles, timelines);
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
