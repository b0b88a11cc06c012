// SPDX-License-Identifier: Apache-2.0
#include "profile_loop.h"

#include <algorithm>
#include <deque>

#include "compute_device.h"
#include "held_state.h"

namespace erg {
namespace {

constexpr std::size_t kMostInFlight = 3;
constexpr int kWarmSteps = 3;

c10::Event timed_event(at::Device device) {
  c10::Event event{device.type(), c10::EventFlag::BACKEND_DEFAULT};
  event.record(current_stream(device));
  return event;
}

Seconds between(const c10::Event& begin, const c10::Event& end) {
  return std::chrono::duration<double, std::milli>{begin.elapsedTime(end)};
}

// The steps that are launched and not done, on a device that works beside the host.
class StepsInFlight {
 public:
  explicit StepsInFlight(at::Device device) : device_{device} {}

  // A step was launched; waits for the one kMostInFlight before it. Gives whether the device had
  // nothing else to do meanwhile: all before it was done.
  bool launched() {
    if (!asynchronous(device_)) return false;
    const bool starved = !events_.empty() && events_.back().query();
    if (spare_.empty()) spare_.emplace_back(device_.type());
    c10::Event event = std::move(spare_.back());
    spare_.pop_back();
    event.record(current_stream(device_));
    events_.push_back(std::move(event));
    if (events_.size() > kMostInFlight) {
      events_.front().synchronize();
      spare_.push_back(std::move(events_.front()));
      events_.pop_front();
    }
    return starved;
  }

 private:
  const at::Device device_;
  std::deque<c10::Event> events_;
  std::vector<c10::Event> spare_;
};

}  // namespace

ProfileLoop::ProfileLoop(Trainer::State& state, const StepProfile& profile, SpanLog* log,
                         std::stop_token stop)
    : state_{state},
      profile_{profile},
      log_{log},
      clock_{log ? log->clock() : HostClock{}},
      stop_{std::move(stop)},
      batches_{state} {}

void ProfileLoop::run() {
  HeldState held{state_};
  warm_up();
  const StepTimes times = timed();
  if (profile_.timed) profile_.timed(times);
  while (!stop_.stop_requested()) {
    const auto planned = profile_.next();
    if (!planned) break;
    const Block block = run_block(*planned);
    log_block(block);
    if (profile_.done) profile_.done(block);
  }
  held.restore();
}

void ProfileLoop::warm_up() {
  const StepDesign step{"step", true, true, true, "", Pass::none, 0, ""};
  DesignStep plain{state_, batches_, step};
  StepsInFlight in_flight{state_.device};
  const Timestamp begin = clock_.now();
  for (int i = 0; i < kWarmSteps ||
                  (Seconds{clock_.now() - begin} < profile_.warm_up && !stop_.stop_requested());
       ++i) {
    plain.run();
    in_flight.launched();
  }
  synchronize(state_.device);
}

Block ProfileLoop::run_block(const PlannedBlock& planned) {
  DesignStep step{state_, batches_, planned.design};
  step.run();  // kernels are chosen, memory is there
  synchronize(state_.device);
  Block block;
  block.design = planned.design.name;
  block.repetitions = planned.design.repetitions;
  block.device = profile_.device;
  StepsInFlight in_flight{state_.device};
  std::vector<c10::Event> edges;
  block.interval.begin = clock_.now();
  if (asynchronous(state_.device)) edges.push_back(timed_event(state_.device));
  Timestamp now = block.interval.begin;
  do {
    const Timestamp before = clock_.now();
    step.run();
    const Seconds launching = clock_.now() - before;
    if (in_flight.launched()) block.host_time += launching;
    ++block.steps;
    now = clock_.now();
  } while (Seconds{now - block.interval.begin} < planned.duration);
  if (!edges.empty()) {
    edges.push_back(timed_event(state_.device));
    edges.back().synchronize();
  }
  block.interval.end = clock_.now();
  block.device_time =
      edges.empty() ? Seconds{block.interval.length()} : between(edges[0], edges[1]);
  return block;
}

void ProfileLoop::log_block(const Block& block) {
  if (!log_) return;
  Span span;
  span.name = log_->intern(block.design);
  span.kind = SpanKind::block;
  span.interval = block.interval;
  log_->add(span);
}

}  // namespace erg
