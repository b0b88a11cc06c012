// SPDX-License-Identifier: Apache-2.0
#include "erg/hwmon_sensor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "counter_slot.h"
#include "erg/source_missing.h"
#include "stamped.h"
#include "text_file.h"

namespace erg {
namespace {

namespace fs = std::filesystem;

constexpr double kGainU = 0.05;
constexpr Watts kBound{3000};
constexpr std::uint64_t kAbsurdUw = 10'000'000'000;
constexpr Seconds kStillLimit{5};  // renewed each second at the latest; no card draws nothing
constexpr Nanoseconds kHole = std::chrono::seconds{1};

}  // namespace

Device HwmonSensor::device_of(const fs::path& chip, const std::string& name) {
  if (name != "amdgpu") return {"board-" + name, DeviceKind::board, name, "", {}, {}};
  Device device{"", DeviceKind::gpu, "AMD GPU", "amdgpu", {}, {}};
  const std::string id = read_name(chip / "device/unique_id", notes_);
  std::error_code error;
  const fs::path place = fs::canonical(chip / "device", error);
  device.id = "AMD-" + (!id.empty() ? id
                        : error     ? chip.filename().string()
                                    : place.filename().string());
  const std::string product = read_name(chip / "device/product_name", notes_);
  if (!product.empty()) device.name = product;
  const auto limit = [&](const char* file) -> std::optional<Watts> {
    const auto uw = parse_unsigned(read_line(chip / file));
    if (!uw || *uw > kAbsurdUw) return std::nullopt;
    return Watts{static_cast<double>(*uw) * 1e-6};
  };
  device.power_limit = limit("power1_cap");
  device.power_limit_max = limit("power1_cap_max");
  return device;
}

struct HwmonSensor::Input {
  UniqueFd file;
  std::optional<ExactCounter> counter;  // of an energy; empty for a power
  std::optional<Timestamp> last;
  bool missed = false;

  void take_power(Slot& slot, Timestamp time, std::optional<std::uint64_t> uw, bool failed) {
    if (!uw || *uw > kAbsurdUw) {
      slot.absence = failed ? Absence::failed : Absence::malformed;
      missed = true;
      return;
    }
    if (missed && last && time - *last > kHole) {
      slot.gap = Gap{{*last, time}, GapReason::unreadable};
    }
    slot.samples.push_back({time, static_cast<std::int64_t>(*uw)});
    last = time;
    missed = false;
  }
};

HwmonSensor::HwmonSensor(const fs::path& root, bool every_chip) {
  std::vector<fs::path> chips;
  std::error_code error;
  for (fs::directory_iterator each{root, error}, end; !error && each != end;
       each.increment(error)) {
    chips.push_back(each->path());
  }
  std::ranges::sort(chips);
  for (const auto& chip : chips) {
    const std::string name = read_name(chip / "name", notes_);
    if (name == "amdgpu" || (every_chip && !name.empty())) add_chip(chip, name);
  }
  if (!inputs_.empty()) return;
  if (!missing_.empty()) {
    throw SourceMissing{missing_.front().source + ": " + missing_.front().reason,
                        missing_.front().remedy};
  }
  throw SourceMissing{"no AMD card tells its power under " + root.string(), ""};
}

HwmonSensor::~HwmonSensor() = default;

void HwmonSensor::add_chip(const fs::path& chip, const std::string& name) {
  for (const std::string input : {"energy1_input", "power1_average", "power1_input"}) {
    UniqueFd file = open_to_read(chip / input);
    if (!file) {
      if (errno != EACCES && errno != EPERM) continue;
      missing_.push_back({"hwmon " + chip.filename().string() + " (" + name + ") " + input,
                          "permission denied", "sudo chmod a+r " + (chip / input).string()});
      continue;
    }
    Device device = device_of(chip, name);
    while (std::ranges::find(devices_, device.id, &Device::id) != devices_.end()) device.id += "+";
    const bool energy = input.starts_with("energy");
    channels_.push_back(
        {energy                      ? "energy"
         : input == "power1_average" ? "power_average"
                                     : "power",
         device.id, energy ? ChannelKind::energy_counter : ChannelKind::windowed_power,
         energy ? Unit::joule : Unit::watt, 1e-6, Seconds{0}, Seconds{0}, Seconds{0}, kGainU, 0,
         Provenance::measured, "hwmon " + name + " " + input});
    std::optional<ExactCounter> counter;
    if (energy) counter.emplace(CounterRule{0, Joules{1e-6}, kBound, Seconds{1}, kStillLimit});
    inputs_.push_back({std::move(file), counter, {}, false});
    devices_.push_back(std::move(device));
    return;
  }
}

void HwmonSensor::read(const HostClock& clock, std::span<Slot> slots) noexcept {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    std::array<char, 32> buffer;
    const auto [time, text] =
        stamped(clock, [&] { return read_at_start(inputs_[i].file.get(), buffer); });
    const auto number = text ? parse_unsigned(*text) : std::nullopt;
    if (inputs_[i].counter) {
      fill(slots[i], *inputs_[i].counter, time, number,
           text ? Absence::malformed : Absence::failed);
    } else {
      inputs_[i].take_power(slots[i], time, number, !text);
    }
  }
}

}  // namespace erg
