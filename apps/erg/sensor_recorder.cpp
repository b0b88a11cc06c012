// SPDX-License-Identifier: Apache-2.0
#include "sensor_recorder.h"

#include <algorithm>
#include <iterator>

#include "erg/sensor_check.h"

namespace erg {
namespace {

constexpr int kReadsForCost = 9;
constexpr int kShareOfCore = 20;  // one twentieth
constexpr std::chrono::milliseconds kQuickest{5};

}  // namespace

SensorRecorder::SensorRecorder(const std::vector<std::unique_ptr<Sensor>>& sensors, HostClock clock)
    : clock_{clock} {
  for (const auto& sensor : sensors) {
    const Seconds cost = erg::read_cost(*sensor, clock, kReadsForCost);
    const auto period = std::chrono::round<Nanoseconds>(kShareOfCore * cost);
    sources_.push_back({sensor.get(), timelines_.size(), std::max<Nanoseconds>(period, kQuickest),
                        std::chrono::steady_clock::now()});
    for (const auto& channel : sensor->channels()) {
      timelines_.emplace_back(channel);
      costs_.push_back(cost);
      tallies_.emplace_back();
    }
  }
  for (auto& source : sources_) read(source);
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

std::vector<Timeline> SensorRecorder::stop() {
  thread_.request_stop();
  thread_.join();
  for (auto& source : sources_) read(source);
  for (std::size_t i = 0; i < timelines_.size(); ++i) {
    auto notes = tallies_[i].notes(timelines_[i].channel());
    std::ranges::move(notes, std::back_inserter(failures_));
  }
  return std::move(timelines_);
}

void SensorRecorder::run(const std::stop_token& stop) {
  while (!stop.stop_requested() && !sources_.empty()) {
    const auto next = std::ranges::min_element(sources_, {}, &Source::due);
    std::this_thread::sleep_until(next->due);
    read(*next);
    const auto now = std::chrono::steady_clock::now();
    while (next->due <= now) next->due += next->period;
  }
}

void SensorRecorder::read(Source& source) {
  std::vector<Slot> slots(source.sensor->channels().size());
  source.sensor->read(clock_, slots);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    tallies_[source.first + i].add(slots[i]);
    Timeline& timeline = timelines_[source.first + i];
    for (const auto& sample : slots[i].samples) timeline.append(sample);
    if (slots[i].gap) timeline.append(*slots[i].gap);
  }
}

}  // namespace erg
