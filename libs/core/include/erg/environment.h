// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace erg {

// What was run, where the program knows it. Empty or 0 where it does not (erg run of any command).
struct Workload {
  std::string network;
  std::string data;
  std::string input;  // "1x224x224"
  std::int64_t batch = 0;
  std::int64_t epochs = 0;
  std::int64_t steps_per_epoch = 0;  // of a full epoch, also where --max-steps cut it short
  std::string precision;             // what ran: "fp32", "tf32", "bf16", "fp16"
  std::string instrumentation;       // "none", "phases", "layers", "sync-phases", ...
  std::uint64_t seed = 0;

  friend bool operator==(const Workload&, const Workload&) = default;
};

// Everything around a run that its numbers may depend on.
struct Environment {
  std::vector<std::string> command;
  std::map<std::string, std::string> versions;  // "erg", "torch", "cuda", "kernel", "driver"
  std::string os;
  std::string cpu;  // model name
  std::int64_t cpu_threads = 0;
  std::int64_t memory_bytes = 0;
  Workload workload;
  std::map<std::string, std::string> tags;  // the user's, and slurm_job, user, nodes

  friend bool operator==(const Environment&, const Environment&) = default;
};

}  // namespace erg
