// SPDX-License-Identifier: Apache-2.0
#include "erg/perf_energy_sensor.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "counter_slot.h"
#include "erg/source_missing.h"
#include "perf_text.h"
#include "stamped.h"
#include "text_file.h"

namespace erg {
namespace {

struct Known {
  const char* event;
  const char* channel;
  const char* device;  // package number appended
  double bound_w;
  bool contained;
};
constexpr Known kKnown[] = {
    {"energy-pkg", "energy", "cpu-", 1000, false},
    {"energy-ram", "energy", "memory-", 300, false},
    {"energy-cores", "energy_core", "cpu-", 1000, true},
    {"energy-gpu", "energy_uncore", "cpu-", 1000, true},
    {"energy-psys", "energy", "board-", 3000, false},
};

// glibc has no wrapper for it.
int perf_event_open(std::uint32_t type, std::uint64_t config, int cpu) {
  perf_event_attr attributes{};
  attributes.size = sizeof attributes;
  attributes.type = type;
  attributes.config = config;
  return static_cast<int>(
      ::syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC));
}

// Packages and memory draw a count in much less; cores and the integrated GPU may rest.
constexpr Seconds kStillLimit{1};

SourceMissing refused(const std::string& name, int error) {
  const bool right = error == EACCES || error == EPERM;
  return {"perf does not open power/" + name + "/: " + std::strerror(error),
          right ? "sudo sysctl kernel.perf_event_paranoid=0" : ""};
}

}  // namespace

struct PerfEnergySensor::Event {
  UniqueFd fd;
  ExactCounter counter;
};

PerfEnergySensor::PerfEnergySensor(const std::filesystem::path& root, bool every_channel) {
  const auto unit = root / "power";
  if (!std::filesystem::exists(unit / "type")) {
    throw SourceMissing{"no power events under " + root.string(), "sudo modprobe rapl"};
  }
  std::optional<SourceMissing> refusal;
  for (const Known& known : kKnown) {
    if (!std::filesystem::exists(unit / "events" / known.event)) continue;
    try {
      open(unit, known.event, every_channel);
    } catch (const SourceMissing& error) {
      notes_.emplace_back(error.what());
      if (!refusal || refusal->remedy().empty()) refusal = error;
    }
  }
  if (!events_.empty()) return;
  if (refusal) throw *refusal;
  std::string what = (unit / "events").string() + " names no energy in joules";
  for (const std::string& note : notes_) what += "; " + note;
  throw SourceMissing{what, ""};
}

PerfEnergySensor::~PerfEnergySensor() = default;

void PerfEnergySensor::open(const std::filesystem::path& unit, const std::string& name,
                            bool every_channel) {
  const Known& known = *std::ranges::find(kKnown, name, &Known::event);
  if (known.contained && !every_channel) return;
  const auto file = unit / "events" / name;
  const auto type = parse_unsigned(read_line(unit / "type"));
  const auto config = parse_event(read_line(file));
  const auto scale_j = parse_scale(read_line(file.string() + ".scale"));
  const bool joules = read_line(file.string() + ".unit") == "Joules";
  if (!type || *type > UINT32_MAX || !config || !scale_j || !joules) {
    notes_.push_back("RAPL perf: " + name +
                     " has no type, number, scale or unit that can be read"
                     ": left out");
    return;
  }

  const Seconds still_limit = known.contained ? Seconds{0} : kStillLimit;
  int package = 0;  // the mask names one CPU of each, in their order
  for (const int cpu : parse_cpu_list(read_line(unit / "cpumask"))) {
    UniqueFd fd{perf_event_open(static_cast<std::uint32_t>(*type), *config, cpu)};
    if (!fd) throw refused(name, errno);
    // The kernel counts on through the hardware's wraps, from zero.
    events_.push_back({std::move(fd), ExactCounter{{0, Joules{*scale_j}, Watts{known.bound_w},
                                                    Seconds{0.1}, still_limit}}});
    channels_.push_back({known.channel, known.device + std::to_string(package++),
                         ChannelKind::energy_counter, Unit::joule, *scale_j, Seconds{0.001},
                         Seconds{0}, Seconds{0}, 0.025, 0, Provenance::measured,
                         "RAPL perf event power/" + name + "/"});
    if (name == "energy-psys") break;  // of the whole machine, whichever package is asked
  }
}

void PerfEnergySensor::read(const HostClock& clock, std::span<Slot> slots) noexcept {
  for (std::size_t i = 0; i < events_.size(); ++i) {
    std::uint64_t raw = 0;
    const auto [time, size] =
        stamped(clock, [&] { return ::read(events_[i].fd.get(), &raw, sizeof raw); });
    fill(slots[i], events_[i].counter, time, size == sizeof raw ? std::optional{raw} : std::nullopt,
         Absence::failed);
  }
}

}  // namespace erg
