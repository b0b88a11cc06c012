// SPDX-License-Identifier: Apache-2.0
#include "erg/host_info.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "erg/testing/temp_tree.h"

namespace erg {
namespace {

TEST(HostInfo, ReadsWhatProcAndEtcSay) {
  testing::TempTree root;
  root.write("proc/cpuinfo",
             "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz\n"
             "physical id\t: 0\nflags\t\t: fpu hypervisor sse\n\n"
             "processor\t: 1\nmodel name\t: Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz\n"
             "physical id\t: 1\n");
  root.write("proc/meminfo", "MemTotal:       24684096 kB\nMemFree:  1 kB\n");
  root.write("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
  root.write("etc/os-release", "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
  const HostInfo host = host_info(root.root());
  EXPECT_EQ(host.cpu, "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz");
  EXPECT_EQ(host.threads, 2);
  EXPECT_EQ(host.sockets, 2);
  EXPECT_EQ(host.memory_bytes, 24684096LL * 1024);
  EXPECT_EQ(host.os, "Debian GNU/Linux 12 (bookworm)");
  EXPECT_EQ(host.kernel, "6.1.0-18-amd64");
  EXPECT_TRUE(host.virtual_machine);
  EXPECT_FALSE(host.arm);
}

TEST(HostInfo, IsEmptyWhereNothingIsSaid) {
  testing::TempTree root;
  root.write("proc/meminfo", "MemTotal: many kB\n\xff\xfe\n");
  const HostInfo host = host_info(root.root());
  EXPECT_EQ(host, (HostInfo{"", 0, 1, 0, "", "", false, false}));
}

TEST(HostInfo, BentTextNeverCrashesAndStaysPrintable) {
  const std::string good =
      "processor\t: 0\nmodel name\t: A CPU\nphysical id\t: 0\nMemTotal:  24684096 kB\n"
      "PRETTY_NAME=\"An OS\"\n";
  std::mt19937 random{9};
  testing::TempTree root;
  for (int i = 0; i < 1000; ++i) {
    std::string bent = good.substr(0, random() % (good.size() + 1));
    for (auto k = random() % 6; k > 0 && !bent.empty(); --k) {
      bent[random() % bent.size()] = static_cast<char>(random());
    }
    for (const char* file : {"proc/cpuinfo", "proc/meminfo", "etc/os-release"}) {
      root.write(file, bent);
    }
    const HostInfo host = host_info(root.root());
    EXPECT_GE(host.memory_bytes, 0);
    EXPECT_GE(host.sockets, 1);
    for (const char c : host.cpu + host.os) ASSERT_TRUE(c >= ' ' && c <= '~');
  }
}

TEST(HostInfo, DescribesTheEnvironmentAndItsSlurmJob) {
  ::setenv("SLURM_JOB_ID", "4711", 1);
  ::setenv("SLURM_JOB_USER", "ada", 1);
  ::setenv("SLURM_JOB_NODELIST", "node[1-2]", 1);
  Environment environment;
  describe_host(environment, {"A CPU", 8, 1, 1024, "An OS", "6.1", false, false});
  for (const char* name : {"SLURM_JOB_ID", "SLURM_JOB_USER", "SLURM_JOB_NODELIST"})
    ::unsetenv(name);
  EXPECT_EQ(environment.cpu, "A CPU");
  EXPECT_EQ(environment.cpu_threads, 8);
  EXPECT_EQ(environment.versions.at("kernel"), "6.1");
  EXPECT_EQ(environment.tags.at("slurm_job"), "4711");
  EXPECT_EQ(environment.tags.at("user"), "ada");
  EXPECT_EQ(environment.tags.at("nodes"), "node[1-2]");
  Environment other;
  describe_host(other, {});
  EXPECT_TRUE(other.tags.empty());
}

}  // namespace
}  // namespace erg
