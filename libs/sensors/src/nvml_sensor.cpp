// SPDX-License-Identifier: Apache-2.0
#include "erg/nvml_sensor.h"

#include <algorithm>
#include <set>

#include "erg/source_missing.h"
#include "nvml_sources.h"
#include "nvml_status.h"

namespace erg {
namespace {

using namespace nvml;

struct OpenCards {
  std::shared_ptr<const Library> library;  // shared as Card says
  std::vector<Card> cards;
  std::vector<ListedGpu> listed;  // one per card
  std::vector<std::string> warnings;
};

OpenCards open_cards(const NvmlOptions& options) {
  OpenCards open{std::make_shared<const Library>(options.library), {}, {}, {}};
  std::vector<Handle> handles;
  const auto listed = open.library->list(handles, open.warnings);
  if (listed.empty()) {
    std::string what = "NVML finds no card";
    for (const std::string& note : open.warnings) what += "; " + note;
    throw SourceMissing{
        what, "",
        open.warnings.empty() ? SourceMissing::Kind::absent : SourceMissing::Kind::failing};
  }
  const VisibleGpus visible = visible_gpus(listed, options.visible_devices, options.device_order);
  open.warnings.insert(open.warnings.end(), visible.notes.begin(), visible.notes.end());
  for (const std::uint32_t i : visible.gpus) {
    const auto& wanted = options.devices;
    if (!wanted.empty() && std::ranges::find(wanted, listed[i].uuid) == wanted.end()) continue;
    unsigned min_mw = 0, max_mw = 0;
    open.library->power_limit_range_mw(handles[i], &min_mw, &max_mw);
    open.cards.push_back({open.library, handles[i], listed[i].uuid, listed[i].name,
                          milliwatts(static_cast<double>(max_mw))});
    open.listed.push_back(listed[i]);
  }
  return open;
}

class Opener {
 public:
  Opener(SensorSet& set, bool every_source) : set_{set}, every_source_{every_source} {}

  void open(const Card& card, const ListedGpu& listed) {
    card_ = &card;
    set_.devices.push_back(describe());
    const bool power = open_power();
    const bool energy = attempt("energy counter", [&] {
      add<EnergySensor>(card, power ? EnergySensor::kBesidePower : EnergySensor::kAlone);
    });
    if (!power && !energy) {
      set_.warnings.push_back(card.uuid + " (" + card.name +
                              ") tells neither power nor energy: no total has its joules");
    }
    attempt("clocks and temperature", [&] {
      auto gauges = std::make_unique<GaugeSensor>(card);
      for (const auto& [name, result] : gauges->lacking()) {
        miss(name, unavailable("NVML", result));
      }
      set_.sensors.push_back(std::move(gauges));
    });
    if (!listed.slices.empty()) {
      set_.notes.push_back(card.name + " is cut into " + std::to_string(listed.slices.size()) +
                           " slices (MIG): its power is the whole card's, counted once");
    }
  }

 private:
  Device describe() const;
  bool open_power();  // whether any source of it answers

  template <class Source, class... Arguments>
  void add(Arguments&&... arguments) {
    set_.sensors.push_back(std::make_unique<Source>(std::forward<Arguments>(arguments)...));
  }

  // Whether it opened; says why where it did not.
  template <class Open>
  bool attempt(std::string_view source, Open open) {
    try {
      open();
      return true;
    } catch (const SourceMissing& error) {
      miss(source, error);
    } catch (const SensorUnavailable& error) {
      miss(source, {error.what(), ""});
    }
    return false;
  }

  void miss(std::string_view source, const SourceMissing& error) {
    set_.missing.push_back(
        {"NVML " + std::string{source} + " of " + card_->uuid, error.what(), error.remedy()});
  }

  SensorSet& set_;
  const bool every_source_;
  const Card* card_ = nullptr;
};

Device Opener::describe() const {
  Device device{card_->uuid, DeviceKind::gpu, card_->name, card_->library->driver(), {}, {}};
  unsigned limit_mw = 0;
  if (card_->library->power_limit_mw(card_->device, &limit_mw) == kSuccess) {
    device.power_limit = milliwatts(static_cast<double>(limit_mw));
  }
  if (card_->limit_max.value() > 0) device.power_limit_max = card_->limit_max;
  return device;
}

bool Opener::open_power() {
  using Source = PolledPowerSensor::Source;
  const auto note = [&](std::string_view source) {
    set_.notes.push_back("power of " + card_->uuid + " (" + card_->name + ") is read from " +
                         std::string{source});
  };
  const bool ring = attempt("sample ring", [&] { add<RingSensor>(*card_); });
  if (ring) note("the NVML sample ring");
  if (ring && !every_source_) return true;
  const bool instant =
      attempt("instant power", [&] { add<PolledPowerSensor>(*card_, Source::instant); });
  if (instant && !ring) note("NVML's instant power every 100 ms");
  if (instant && !every_source_) return true;
  const bool average =
      attempt("average power", [&] { add<PolledPowerSensor>(*card_, Source::average); });
  if (average && !ring && !instant) note("NVML's average power every 100 ms");
  return ring || instant || average;
}

}  // namespace

SensorSet open_nvml(const NvmlOptions& options) {
  OpenCards open = open_cards(options);
  SensorSet set;
  set.warnings = std::move(open.warnings);
  Opener opener{set, options.every_source};
  for (std::size_t i = 0; i < open.cards.size(); ++i) opener.open(open.cards[i], open.listed[i]);
  return set;
}

std::vector<GpuProcess> gpu_processes(const NvmlOptions& options) {
  std::vector<GpuProcess> found;
  for (const Card& card : open_cards(options).cards) {
    std::vector<ProcessInfo> processes(64);
    auto count = static_cast<unsigned>(processes.size());
    Return result = card.library->processes(card.device, &count, processes.data());
    if (result == kInsufficientSize && count < 65536) {
      processes.resize(count + 16);
      count = static_cast<unsigned>(processes.size());
      result = card.library->processes(card.device, &count, processes.data());
    }
    if (result != kSuccess) continue;
    std::set<std::int64_t> ids;  // a process comes once for each slice it uses
    for (unsigned i = 0; i < std::min<std::size_t>(count, processes.size()); ++i) {
      ids.insert(processes[i].id);
    }
    for (const std::int64_t id : ids) found.push_back({card.uuid, id});
  }
  return found;
}

}  // namespace erg
