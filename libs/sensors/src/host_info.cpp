// SPDX-License-Identifier: Apache-2.0
#include "erg/host_info.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

#include "text_file.h"

namespace erg {
namespace {

// "key<white>:<white>value" and "KEY=value" lines.
template <class Visit>
void for_each_field(std::string_view text, char separator, Visit visit) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (const auto at = line.find(separator); at != std::string_view::npos) {
      visit(trimmed(line.substr(0, at)), trimmed(line.substr(at + 1)));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void read_cpuinfo(const std::filesystem::path& file, HostInfo& host) {
  std::set<std::string, std::less<>> packages;
  const std::string text = read_file(file, std::size_t{1} << 24).value_or("");
  for_each_field(text, ':', [&](std::string_view key, std::string_view value) {
    if (key == "processor") ++host.threads;
    if (key == "model name" && host.cpu.empty()) host.cpu = printable(value);
    if (key == "physical id") packages.emplace(value);
    if (key == "CPU implementer") host.arm = true;
    if (key == "flags") host.virtual_machine |= value.find(" hypervisor") != value.npos;
  });
  host.sockets = std::max<std::int64_t>(static_cast<std::int64_t>(packages.size()), 1);
}

std::int64_t total_memory(const std::filesystem::path& file) {
  std::int64_t bytes = 0;
  const std::string text = read_file(file).value_or("");
  for_each_field(text, ':', [&](std::string_view key, std::string_view value) {
    if (key != "MemTotal") return;
    const auto kib = parse_signed(value.substr(0, value.find(' ')));
    if (kib && *kib > 0 && *kib < (std::int64_t{1} << 50)) bytes = *kib * 1024;
  });
  return bytes;
}

std::string os_name(const std::filesystem::path& file) {
  std::string name;
  const std::string text = read_file(file).value_or("");
  for_each_field(text, '=', [&](std::string_view key, std::string_view value) {
    if (key != "PRETTY_NAME") return;
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    name = printable(value);
  });
  return name;
}

}  // namespace

HostInfo host_info(const std::filesystem::path& root) { return host_info(root, root / "proc"); }

HostInfo host_info(const std::filesystem::path& root, const std::filesystem::path& proc) {
  HostInfo host;
  read_cpuinfo(proc / "cpuinfo", host);
  host.memory_bytes = total_memory(proc / "meminfo");
  host.kernel = printable(read_line(proc / "sys/kernel/osrelease"));
  host.os = os_name(root / "etc/os-release");
  return host;
}

void describe_host(Environment& environment, const HostInfo& host) {
  environment.os = host.os;
  environment.cpu = host.cpu;
  environment.cpu_threads = host.threads;
  environment.memory_bytes = host.memory_bytes;
  if (!host.kernel.empty()) environment.versions["kernel"] = host.kernel;
  const auto tag = [&](const char* name, const char* variable) {
    const char* const value = std::getenv(variable);
    if (value && *value) environment.tags.try_emplace(name, printable(value));
  };
  if (!std::getenv("SLURM_JOB_ID")) return;
  tag("slurm_job", "SLURM_JOB_ID");
  tag("user", "SLURM_JOB_USER");
  tag("nodes", "SLURM_JOB_NODELIST");
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return printable(name.data());
}

}  // namespace erg
