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

}  // namespace

PowercapScan scan_powercap(const fs::path& root) {
  PowercapScan scan;
  std::set<std::string> seen;
  for (const auto& directory : zone_directories(root)) {
    PowercapZone zone;
    zone.directory = printable(directory.filename().string());
    zone.name = printable(read_line(directory / "name"));
    zone.package = package_of(directory);
    const auto range = parse_unsigned(read_line(directory / "max_energy_range_uj"));
    if (zone.name.empty() || !fs::exists(directory / "energy_uj")) continue;
    if (!range || *range == 0 || *range == UINT64_MAX) {
      scan.notes.push_back("RAPL: " + zone.directory + " has no counter range: left out");
      continue;
    }
    zone.range_uj = *range;
    zone.energy_uj = open_to_read(directory / "energy_uj");
    if (!zone.energy_uj) {
      scan.denied |= errno == EACCES || errno == EPERM;
      scan.notes.push_back("RAPL: " + zone.directory + " (" + zone.name +
                           ") cannot be read: " + std::strerror(errno));
      continue;
    }
    if (!seen.insert(zone.package + "/" + zone.name).second) {
      scan.notes.push_back("RAPL: " + zone.directory + " is " + zone.name +
                           " once more: counted once");
      continue;
    }
    scan.zones.push_back(std::move(zone));
  }
  drop_mirrors(scan);
  return scan;
}

}  // namespace erg
