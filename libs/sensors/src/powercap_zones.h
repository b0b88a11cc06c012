// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "text_file.h"

namespace erg {

// One readable energy zone of the powercap tree.
struct PowercapZone {
  std::string directory;  // "intel-rapl:0:1"
  std::string name;       // "package-0", "dram"
  std::string package;    // "0", "0-die-1"; of a part, its package's; empty: none
  std::uint64_t range_uj = 0;
  UniqueFd energy_uj;

  bool is_package() const { return name.starts_with("package-"); }
  bool is_part() const { return name == "core" || name == "uncore"; }
  // Of the whole machine: a device of its own, that holds the packages.
  bool is_platform() const { return name == "psys"; }
  // No part of its own device.
  bool is_whole() const { return is_package() || name == "dram" || is_platform(); }
  bool is_known() const { return is_whole() || is_part(); }
};

// What a scan of the tree found.
struct PowercapScan {
  std::vector<PowercapZone> zones;  // by directory
  std::vector<std::string> notes;
  std::vector<PowercapZone> denied;  // those that this process may not read, nor any duplicate
};

// Every zone once: a name that comes again is a duplicate, a die that shows the same counter as
// another of its package a mirror.
PowercapScan scan_powercap(const std::filesystem::path& root);

}  // namespace erg
