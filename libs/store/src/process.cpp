// SPDX-License-Identifier: Apache-2.0
#include "process.h"

#include <limits.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace erg::store {
namespace {

constexpr std::chrono::seconds kSilence{10};

// What the numbers of processes mean here: this boot, this namespace.
std::string process_world() {
  std::string boot;
  std::getline(std::ifstream{"/proc/sys/kernel/random/boot_id"}, boot);
  std::error_code ignored;
  return boot + "/" + std::filesystem::read_symlink("/proc/self/ns/pid", ignored).string() + "/";
}

}  // namespace

std::string host_name() {
  char name[HOST_NAME_MAX + 1] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::string process_start(std::int64_t process) {
  std::ifstream file{"/proc/" + std::to_string(process) + "/stat"};
  const std::string line{std::istreambuf_iterator<char>{file}, {}};
  // The name in parentheses may hold anything, also parentheses; fields are counted after it.
  const auto close = line.rfind(')');
  if (close == std::string::npos) return {};
  std::istringstream fields{line.substr(close + 1)};
  std::string field;
  constexpr int kState = 3;  // the first one after the name: proc(5) counts from 1
  constexpr int kStartTime = 22;
  for (int i = kState; i <= kStartTime; ++i) {
    fields >> field;
    if (i == kState && (field == "Z" || field == "X")) return {};  // dead, not yet reaped
  }
  return process_world() + field;
}

bool alive(const PartSigns& part) {
  const bool same_world = part.process_start.starts_with(process_world());
  if (part.host == host_name() && same_world) {
    return process_start(part.process) == part.process_start;
  }
  const auto now = std::chrono::system_clock::now();
  return now - part.heartbeat < kSilence;
}

}  // namespace erg::store
