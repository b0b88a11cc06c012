// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <future>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "erg/step_profile.h"
#include "session.h"

namespace erg {

// What the command line asks of a profile.
struct ProfileRequest {
  bool layers = false;
  Seconds time{40};
  std::uint64_t seed = 1;
};

// Plans the blocks of a profile while they run: a first plan for two thirds of the time, and, from
// what those blocks showed, a second one for the rest, where it narrows the widest interval.
//
// One thread uses it. The second plan is made beside the blocks, so that the device does not idle.
class Profiler {
 public:
  // `device`: Device::id of what trains. The session outlives this.
  Profiler(Session& session, std::string device, ProfileRequest request);

  // Valid as long as this is; its time runs from here on. Throws TrainingError where the sensor
  // needs longer blocks than the time holds.
  StepProfile profile();

  std::size_t blocks() const { return done_; }
  // Why the blocks so far give no profile; empty: they do.
  std::string unsolved() const;

 private:
  using Clock = std::chrono::steady_clock;
  using Plan = std::deque<PlannedBlock>;

  void plan(const StepTimes& times);
  std::optional<PlannedBlock> next();
  void done(const Block& block);
  Seconds left() const { return request_.time - Seconds{Clock::now() - begin_}; }
  Plan second_plan(Seconds time) const;

  Session& session_;
  const std::string device_;
  const ProfileRequest request_;
  Seconds block_{0.55};
  Clock::time_point begin_;
  Seconds overhead_{0.01};  // of a block, beyond its duration
  Clock::time_point asked_;
  std::vector<StepDesign> designs_;
  Plan plan_;
  bool asked_again_ = false;
  std::size_t done_ = 0;
  std::future<Plan> again_;  // last: waited for before what it uses is destroyed
};

// The device that the blocks of this trainer draw on: its GPU, else the host's CPU.
std::string profiled_device(std::span<const Device> devices, const std::optional<std::string>& gpu);

// Throws TrainingError, before anything is trained, where nothing measures that device's power.
void check_measured(Session& session, const std::optional<std::string>& gpu);

}  // namespace erg
