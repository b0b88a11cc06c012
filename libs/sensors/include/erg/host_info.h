// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "erg/environment.h"

namespace erg {

// What /proc tells of a host. Fields are empty or 0 where the files do not say.
struct HostInfo {
  std::string cpu;  // model name
  std::int64_t threads = 0;
  std::int64_t sockets = 0;
  std::int64_t memory_bytes = 0;
  std::string os;
  std::string kernel;
  bool arm = false;
  bool virtual_machine = false;

  friend bool operator==(const HostInfo&, const HostInfo&) = default;
};

// Reads proc/cpuinfo, proc/meminfo, proc/sys/kernel/osrelease and etc/os-release under `root`.
HostInfo host_info(const std::filesystem::path& root = "/");

// The same, with another place for /proc alone.
HostInfo host_info(const std::filesystem::path& root, const std::filesystem::path& proc);

// Fills in os, cpu, threads, memory and the version "kernel"; and from the process' environment the
// tags slurm_job, user and nodes, where a Slurm job has them.
void describe_host(Environment& environment, const HostInfo& host = host_info());

std::string host_name();

}  // namespace erg
