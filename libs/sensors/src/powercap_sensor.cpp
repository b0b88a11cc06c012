// SPDX-License-Identifier: Apache-2.0
#include "erg/powercap_sensor.h"

#include <array>

#include "counter_slot.h"
#include "erg/source_missing.h"
#include "powercap_zones.h"
#include "stamped.h"
#include "text_file.h"

namespace erg {
namespace {

// Board sensors behind RAPL are good to a few percent: +-5 %, k = 2.
constexpr double kGainU = 0.025;
// The counter is renewed each millisecond; a read may be held up for longer.
constexpr Seconds kRefresh{0.001};
constexpr Seconds kSlack{0.010};
// Renewed each millisecond: no package and no memory draws less than a count for so long.
constexpr Seconds kStillLimit{1};

Watts bound_of(const PowercapZone& zone) {
  if (zone.name == "dram") return Watts{300};
  if (zone.is_platform()) return Watts{3000};
  return Watts{1000};
}

Channel channel_of(const PowercapZone& zone) {
  const std::string package = zone.package.empty() ? "0" : zone.package;
  Channel channel;
  channel.name = zone.is_part() ? "energy_" + zone.name : "energy";
  channel.device = zone.name == "dram"  ? "memory-" + package
                   : zone.is_platform() ? "board-0"
                                        : "cpu-" + package;
  channel.kind = ChannelKind::energy_counter;
  channel.unit = Unit::joule;
  channel.resolution = 1e-6;
  channel.refresh = kRefresh;
  channel.gain_u = kGainU;
  channel.method = "RAPL powercap " + zone.directory + " (" + zone.name + ")";
  return channel;
}

SourceMissing nothing_under(const std::filesystem::path& root, const PowercapScan& scan) {
  std::string what = "no readable RAPL zone under " + root.string();
  if (!scan.denied.empty()) {
    return {what + ": permission denied, its counters are for root alone since 2020",
            "sudo chmod a+r " + (root / "*/energy_uj").string()};
  }
  for (const std::string& note : scan.notes) what += "; " + note;
  if (!std::filesystem::exists(root)) what += ": the folder is absent";
  return {what, "sudo modprobe intel_rapl_msr"};
}

}  // namespace

struct PowercapSensor::Zone {
  UniqueFd energy_uj;
  ExactCounter counter;
};

PowercapSensor::PowercapSensor(const std::filesystem::path& root, bool every_channel) {
  PowercapScan scan = scan_powercap(root);
  for (auto& zone : scan.zones) {
    if (!zone.is_whole() && !every_channel) continue;
    channels_.push_back(channel_of(zone));
    const bool may_rest = zone.is_part();
    zones_.push_back(
        {std::move(zone.energy_uj), ExactCounter{{zone.range_uj + 1, microjoules(1), bound_of(zone),
                                                  kSlack, may_rest ? Seconds{0} : kStillLimit}}});
  }
  if (zones_.empty()) throw nothing_under(root, scan);
  for (const auto& zone : scan.denied) {
    if (!zone.is_whole() && !every_channel) continue;
    missing_.push_back({"RAPL powercap " + zone.directory + " (" + zone.name + ")",
                        "permission denied",
                        "sudo chmod a+r " + (root / zone.directory / "energy_uj").string()});
  }
  notes_ = std::move(scan.notes);
}

PowercapSensor::~PowercapSensor() = default;

void PowercapSensor::read(const HostClock& clock, std::span<Slot> slots) noexcept {
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    std::array<char, 32> buffer;
    const auto [time, text] =
        stamped(clock, [&] { return read_at_start(zones_[i].energy_uj.get(), buffer); });
    const auto raw = text ? parse_unsigned(*text) : std::nullopt;
    fill(slots[i], zones_[i].counter, time, raw, text ? Absence::malformed : Absence::failed);
  }
}

}  // namespace erg
