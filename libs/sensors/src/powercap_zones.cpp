// SPDX-License-Identifier: Apache-2.0
#include "powercap_zones.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <set>
#include <thread>

namespace erg {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> zone_directories(const fs::path& root) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator each{root, error}, end; !error && each != end;
       each.increment(error)) {
    if (each->path().filename().string().find(':') != std::string::npos) {
      found.push_back(each->path());
    }
  }
  // "intel-rapl:" sorts before "intel-rapl-mmio:" once ':' counts as the lowest: first come, first
  // served among duplicates.
  std::ranges::sort(found, {}, [](const fs::path& path) {
    std::string name = path.filename().string();
    std::ranges::replace(name, ':', '\x01');
    return name;
  });
  return found;
}

// "0" of "package-0", "0-die-1" of "package-0-die-1".
std::string package_of(const fs::path& directory) {
  std::string name = printable(read_line(directory / "name"));
  if (!name.starts_with("package-")) {
    const std::string own = directory.filename().string();
    const auto colon = own.rfind(':');
    if (own.find(':') == colon) return "";
    name = printable(read_line(directory.parent_path() / own.substr(0, colon) / "name"));
    if (!name.starts_with("package-")) return "";
  }
  return name.substr(std::strlen("package-"));
}

std::optional<std::uint64_t> energy_of(const PowercapZone& zone) {
  std::array<char, 32> text;
  const auto got = read_at_start(zone.energy_uj.get(), text);
  return got ? parse_unsigned(*got) : std::nullopt;
}

// Independent counters differ by anything up to 262 kJ: twice within a joule is one counter.
bool same_counter(const PowercapZone& a, const PowercapZone& b) {
  for (int look = 0; look < 2; ++look) {
    const auto one = energy_of(a), other = energy_of(b);
    if (!one || !other) return false;
    if (std::max(*one, *other) - std::min(*one, *other) > 1'000'000) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

void drop_mirrors(PowercapScan& scan) {
  auto& zones = scan.zones;
  for (std::size_t i = 0; i < zones.size(); ++i) {
    const std::string chip = zones[i].package.substr(0, zones[i].package.find('-'));
    for (std::size_t k = i + 1; k < zones.size();) {
      const bool siblings = zones[k].name != zones[i].name && zones[k].is_package() &&
                            zones[i].is_package() && zones[k].package.starts_with(chip + "-die-");
      if (siblings && same_counter(zones[i], zones[k])) {
        scan.notes.push_back("RAPL: " + zones[k].name + " shows the counter of " + zones[i].name +
                             ": counted once");
        zones.erase(zones.begin() + static_cast<std::ptrdiff_t>(k));
      } else {
        ++k;
      }
    }
  }
}

// A counter that gives no number twice in a row gives none.
bool shows_number(const PowercapZone& zone) {
  if (energy_of(zone)) return true;
  std::this_thread::sleep_for(std::chrono::milliseconds{2});
  return energy_of(zone).has_value();
}

// Whether the zone is one that can be read; else why not is in the scan.
bool open_zone(const fs::path& directory, PowercapZone& zone, PowercapScan& scan) {
  const auto leave_out = [&](const std::string& why) {
    scan.notes.push_back("RAPL: " + zone.directory + " (" + zone.name + ") " + why + ": left out");
    return false;
  };
  if (!zone.is_known()) return leave_out("is none of RAPL's domains");
  const auto range = parse_unsigned(read_line(directory / "max_energy_range_uj"));
  if (!range || *range == 0 || *range == UINT64_MAX) return leave_out("has no counter range");
  zone.range_uj = *range;
  zone.energy_uj = open_to_read(directory / "energy_uj");
  if (!zone.energy_uj) {
    if (errno != EACCES && errno != EPERM) {
      return leave_out(std::string{"cannot be read: "} + std::strerror(errno));
    }
    scan.denied.push_back(std::move(zone));
    return false;
  }
  if (!shows_number(zone)) return leave_out("shows no number");
  return true;
}

}  // namespace

PowercapScan scan_powercap(const fs::path& root) {
  PowercapScan scan;
  std::set<std::string> seen;
  for (const auto& directory : zone_directories(root)) {
    if (!fs::exists(directory / "energy_uj")) continue;
    PowercapZone zone;
    zone.directory = printable(directory.filename().string());
    zone.name = read_name(directory / "name", scan.notes);
    if (!zone.is_platform()) zone.package = package_of(directory);
    if (!open_zone(directory, zone, scan)) continue;
    if (!seen.insert(zone.package + "/" + zone.name).second) {
      scan.notes.push_back("RAPL: " + zone.directory + " is " + zone.name +
                           " once more: counted once");
      continue;
    }
    scan.zones.push_back(std::move(zone));
  }
  std::erase_if(scan.denied, [&](const PowercapZone& zone) {
    return seen.contains(zone.package + "/" + zone.name);
  });
  drop_mirrors(scan);
  return scan;
}

}  // namespace erg
