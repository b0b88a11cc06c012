// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "console.h"
#include "erg/cpu_load.h"
#include "erg/discover.h"
#include "erg/json_forms.h"
#include "erg/numbers.h"
#include "erg/sensor_check.h"
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

// 27 seconds: idle, a square wave, a long load, idle again.
LoadSchedule exercise(const HostClock& clock, double scale) {
  LoadSchedule schedule;
  CpuLoad load;
  inform("idle ...\n");
  schedule.cold_idle = rest(clock, scale * 5s);
  inform("a square wave of load on the CPU ...\n");
  schedule.on = square_wave(load, clock, 500ms, std::max(3, static_cast<int>(10 * scale)));
  inform("a steady load ...\n");
  load.on();
  schedule.steady = rest(clock, scale * 8s);
  load.off();
  inform("idle again ...\n");
  schedule.hot_idle = rest(clock, scale * 4s);
  return schedule;
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

int check(const CheckOptions& options) {
  SensorOptions what;
  what.every_channel = true;
  SensorSet found = discover(what);
  const HostClock clock;
  SensorRecorder recorder{found.sensors, clock};
  const LoadSchedule schedule = exercise(clock, options.scale);
  const auto timelines = recorder.stop();

  std::vector<ChannelProfile> profiles;
  std::vector<std::string> told;
  for (std::size_t i = 0; i < timelines.size(); ++i) {
    const Timeline& line = timelines[i];
    if (line.channel().kind == ChannelKind::gauge) continue;
    profiles.push_back(profile_channel(line, schedule, counter_of(timelines, line)));
    profiles.back().read_cost = recorder.read_cost(i);
    const bool on_gpu = std::ranges::any_of(found.devices, [&](const Device& device) {
      return device.id == line.channel().device && device.kind == DeviceKind::gpu;
    });
    if (on_gpu) {
      profiles.back().load.reset();  // the load was the CPU's
      told.push_back(line.channel().device + " " + line.channel().name +
                     ": seen at rest; run a load on the card beside this check");
      continue;
    }
    if (line.channel().provenance != Provenance::measured) continue;  // a formula hides nothing
    for (auto& warning : warnings(profiles.back())) told.push_back(std::move(warning));
  }
  print(options.json ? profiles_json(profiles, told) : profiles_text(profiles, stdout_style()));
  if (!options.json) {
    for (const auto& warning : told) warn(warning);
  }
  return 0;
}

}  // namespace

void add_sensors_check(Commands& commands, CLI::App& sensors) {
  const auto options = std::make_shared<CheckOptions>();
  auto& checker = commands.add(sensors, "check",
                               "Measure the sensors themselves: half a minute of idle and load",
                               "erg sensors check --json", [options] { return check(*options); });
  checker.add_option("--scale", options->scale, "Take so much of the usual time")
      ->check(CLI::Range(0.1, 4.0))
      ->capture_default_str();
  checker.add_flag("--json", options->json, "As JSON");
}

}  // namespace erg
