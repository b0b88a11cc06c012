// SPDX-License-Identifier: Apache-2.0
#include "backends.h"

#include <unistd.h>

#include "process.h"

namespace erg::testing {

PartHeader this_process() {
  PartHeader part;
  part.host = store::host_name();
  part.process = ::getpid();
  Device gpu;
  gpu.id = "GPU-1";
  gpu.kind = DeviceKind::gpu;
  gpu.name = "H100";
  part.devices.push_back(gpu);
  Channel energy;
  energy.name = "energy";
  energy.device = "GPU-1";
  energy.kind = ChannelKind::energy_counter;
  energy.unit = Unit::joule;
  energy.resolution = 0.001;
  Channel clock;
  clock.name = "sm_clock";
  clock.device = "GPU-1";
  part.channels = {energy, clock};
  return part;
}

RunHeader named(const std::string& name, UtcTime start) {
  RunHeader run;
  run.id = RunId::random();
  run.name = name;
  run.start = start;
  return run;
}

std::vector<Sample> readings(double begin_s, int count) {
  std::vector<Sample> samples;
  for (int i = 0; i < count; ++i) {
    const double time_s = begin_s + 0.1 * i;
    samples.push_back({at(time_s), static_cast<std::int64_t>(time_s * 100'000 + 0.5)});
  }
  return samples;
}

}  // namespace erg::testing
