// SPDX-License-Identifier: Apache-2.0
#include "neighbours.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace erg {
namespace {

std::string read_line(const std::string& path) {
  std::ifstream in{path};
  std::string line;
  std::getline(in, line);
  return line;
}

// Processes of one place see each other under the same numbers.
std::string place() {
  std::error_code unknown;
  const auto numbers = std::filesystem::read_symlink("/proc/self/ns/pid", unknown);
  return read_line("/proc/sys/kernel/random/boot_id") + "/" + numbers.string();
}

// One that was killed and that its parent has not yet buried is gone, too.
bool alive(pid_t process) {
  const std::string line = read_line("/proc/" + std::to_string(process) + "/stat");
  const auto name_end = line.rfind(") ");
  if (name_end == std::string::npos || name_end + 2 >= line.size()) return false;
  const char state = line[name_end + 2];
  return state != 'Z' && state != 'X';
}

}  // namespace

std::string Neighbours::introduction() { return std::to_string(::getpid()) + " " + place(); }

void Neighbours::meet(std::span<const std::string> introductions, int rank) {
  const std::string here = place();
  for (std::size_t i = 0; i < introductions.size(); ++i) {
    std::istringstream said{introductions[i]};
    pid_t process = 0;
    std::string where;
    said >> process >> where;
    if (static_cast<int>(i) != rank && where == here && process > 0) processes_.push_back(process);
  }
}

bool Neighbours::lost() {
  constexpr std::chrono::milliseconds kEvery{20};
  constexpr std::chrono::milliseconds kGrace{100};
  const auto now = Clock::now();
  if (now - looked_ < kEvery) return false;
  looked_ = now;
  if (std::ranges::all_of(processes_, alive)) {
    gone_.reset();
    return false;
  }
  if (!gone_) gone_ = now;
  return now - *gone_ >= kGrace;
}

}  // namespace erg
