// SPDX-License-Identifier: Apache-2.0
#include "profiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "erg/design_plan.h"
#include "erg/training_options.h"

namespace erg {
namespace {

// Of the time, for the first plan; the second is made a little before it ends.
constexpr double kFirstPlan = 0.65;
constexpr double kAskAgain = 0.55;
constexpr Seconds kLongestWarmUp{5};

}  // namespace

std::string profiled_device(std::span<const Device> devices,
                            const std::optional<std::string>& gpu) {
  if (gpu) return *gpu;
  const auto cpu = std::ranges::find(devices, DeviceKind::cpu, &Device::kind);
  return cpu == devices.end() ? "cpu-0" : cpu->id;
}

void check_measured(Session& session, const std::optional<std::string>& gpu) {
  const std::string device = profiled_device(session.devices(), gpu);
  for (const Channel& channel : session.store().first_part(session.run()).channels) {
    if (channel.device == device && channel.kind != ChannelKind::gauge) return;
  }
  throw TrainingError{"--profile: nothing measures the power of " + device +
                      " (erg sensors says why)"};
}

Profiler::Profiler(Session& session, std::string device, ProfileRequest request)
    : session_{session}, device_{std::move(device)}, request_{request} {}

StepProfile Profiler::profile() {
  begin_ = Clock::now();
  session_.writer().heartbeat();
  const Run run = session_.store().load(session_.run());
  const auto channel = profile_channel(run, device_);
  if (channel) block_ = block_duration(*channel);
  if (4 * 2 * block_ > request_.time) {
    throw TrainingError{"--profile-seconds: a block lasts " + std::to_string(block_.count()) +
                        " s on this sensor, and a profile has at least 8 of them"};
  }
  StepProfile profile;
  profile.layers = request_.layers;
  profile.warm_up = std::min(kLongestWarmUp, 0.1 * request_.time);
  profile.device = device_;
  profile.timed = [this](const StepTimes& times) { plan(times); };
  profile.next = [this] { return next(); };
  profile.done = [this](const Block& block) { done(block); };
  return profile;
}

// Every stretch of a plan holds all designs alike, so that its end may be replaced by a better one.
// Blocks last a few steps at least.
void Profiler::plan(const StepTimes& times) {
  block_ = std::max(block_, 3 * times.device);
  ProfileBudget budget{left(), block_ + overhead_, request_.seed};
  const auto blocks = static_cast<std::size_t>(std::max(0.0, budget.all / budget.block));
  designs_ = request_.layers ? layer_designs(times, blocks) : phase_designs();
  if (blocks < 2 * designs_.size()) {
    throw TrainingError{
        fmt::format("--profile-seconds: {} designs of blocks of {:.2f} s want {:.0f} s at least",
                    designs_.size(), block_.count(),
                    std::ceil(2.5 * static_cast<double>(designs_.size()) * block_.count()))};
  }
  for (PlannedBlock& each : plan_blocks(designs_, budget)) {
    each.duration = block_;
    plan_.push_back(std::move(each));
  }
}

std::optional<PlannedBlock> Profiler::next() {
  if (left() < block_) return std::nullopt;
  if (!asked_again_ && left() < (1 - kAskAgain) * request_.time) {
    asked_again_ = true;
    const Seconds rest = (1 - kFirstPlan) * request_.time;
    again_ = std::async(std::launch::async, [this, rest] { return second_plan(rest); });
  }
  const bool first_over = left() < (1 - kFirstPlan) * request_.time;
  if (again_.valid() && first_over &&
      again_.wait_for(std::chrono::seconds{0}) == std::future_status::ready) {
    Plan better = again_.get();
    if (!better.empty()) plan_ = std::move(better);
  }
  if (plan_.empty()) return std::nullopt;
  PlannedBlock block = std::move(plan_.front());
  plan_.pop_front();
  asked_ = Clock::now();
  return block;
}

void Profiler::done(const Block& block) {
  session_.writer().append_block(block);
  ++done_;
  const Seconds spent = Clock::now() - asked_;
  overhead_ = 0.9 * overhead_ + 0.1 * std::max(Seconds{0}, spent - block_);
}

std::string Profiler::unsolved() const {
  session_.writer().heartbeat();
  try {
    fit_designs(session_.store().load(session_.run()), device_);
    return "";
  } catch (const AttributionError& error) {
    return error.what();
  }
}

Profiler::Plan Profiler::second_plan(Seconds time) const {
  try {
    const Run so_far = session_.store().load(session_.run());
    const auto more = plan_more_blocks(fit_designs(so_far, device_), designs_,
                                       {time, block_ + overhead_, request_.seed + 1});
    Plan plan;
    for (PlannedBlock each : more) {
      each.duration = block_;
      plan.push_back(std::move(each));
    }
    return plan;
  } catch (const std::runtime_error&) {
    return {};  // too few readings yet, or the store is busy: the first plan goes on
  }
}

}  // namespace erg
