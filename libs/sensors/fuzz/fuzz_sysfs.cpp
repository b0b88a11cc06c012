// SPDX-License-Identifier: Apache-2.0
// One line of the input for each file of a small /sys: what RAPL, hwmon and the host's description
// make of it, read twice, the second time from the last line.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "erg/hwmon_sensor.h"
#include "erg/powercap_sensor.h"
#include "erg/source_missing.h"
#include "erg/testing/temp_tree.h"

namespace {

std::string_view next_line(std::string_view& text) {
  const auto end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

// Counts never go down and start at nothing.
class Watched {
 public:
  explicit Watched(std::unique_ptr<erg::Sensor> sensor)
      : sensor_{std::move(sensor)}, last_(sensor_->channels().size(), 0) {}

  void read(const erg::HostClock& clock) {
    std::vector<erg::Slot> slots(last_.size());
    sensor_->read(clock, slots);
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (sensor_->channels()[i].kind != erg::ChannelKind::energy_counter) continue;
      for (const auto& sample : slots[i].samples) {
        if (sample.count < last_[i]) std::abort();
        last_[i] = sample.count;
      }
    }
  }

 private:
  std::unique_ptr<erg::Sensor> sensor_;
  std::vector<std::int64_t> last_;
};

template <class Sensor>
void add(std::vector<Watched>& sensors, const std::filesystem::path& root) {
  try {
    sensors.emplace_back(std::make_unique<Sensor>(root, true));
  } catch (const erg::SourceMissing&) {
    return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const erg::testing::TempTree tree;
  static constexpr const char* kFiles[] = {"powercap/intel-rapl:0/name",
                                           "powercap/intel-rapl:0/max_energy_range_uj",
                                           "powercap/intel-rapl:0/energy_uj",
                                           "powercap/intel-rapl:0:0/name",
                                           "powercap/intel-rapl:0:0/energy_uj",
                                           "powercap/intel-rapl:0:0/max_energy_range_uj",
                                           "hwmon/hwmon0/name",
                                           "hwmon/hwmon0/energy1_input",
                                           "hwmon/hwmon0/power1_average",
                                           "hwmon/hwmon1/power1_input",
                                           "hwmon/hwmon1/name",
                                           "hwmon/hwmon0/device/unique_id"};
  std::string_view text{reinterpret_cast<const char*>(data), size};
  for (const char* file : kFiles) tree.write(file, next_line(text));
  std::vector<Watched> sensors;
  add<erg::PowercapSensor>(sensors, tree.path("powercap"));
  add<erg::HwmonSensor>(sensors, tree.path("hwmon"));
  const erg::HostClock clock;
  for (auto& sensor : sensors) sensor.read(clock);
  for (const char* file : {kFiles[2], kFiles[4], kFiles[7], kFiles[8], kFiles[9]}) {
    tree.write(file, next_line(text));
  }
  for (auto& sensor : sensors) sensor.read(clock);
  return 0;
}
