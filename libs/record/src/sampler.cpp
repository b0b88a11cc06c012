// SPDX-License-Identifier: Apache-2.0
#include "erg/sampler.h"

#include <algorithm>
#include <utility>

#include "erg/reading_tally.h"
#include "erg/run_writer.h"
#include "erg/span_log.h"

namespace erg {
namespace {

// A windowed channel shows the present only after its delay and at its next renewal.
constexpr Seconds kLongestCatchUp{0.2};

Nanoseconds catch_up(std::span<const Channel> channels) {
  Seconds longest{0};
  for (const auto& channel : channels) {
    if (channel.kind == ChannelKind::windowed_power) {
      longest = std::max(longest, channel.refresh + channel.delay);
    }
  }
  return std::chrono::round<Nanoseconds>(std::min(longest, kLongestCatchUp));
}

bool failed(Absence absence) { return absence != Absence::none && absence != Absence::nothing_new; }

}  // namespace

std::vector<Channel> channels_of(const std::vector<std::unique_ptr<Sensor>>& sensors) {
  std::vector<Channel> channels;
  for (const auto& sensor : sensors) {
    const auto own = sensor->channels();
    channels.insert(channels.end(), own.begin(), own.end());
  }
  return channels;
}

struct Sampler::Source {
  std::unique_ptr<Sensor> sensor;
  std::size_t first_channel;
  std::vector<Slot> slots;
  std::vector<ReadingTally> tallies;  // one per slot
  std::chrono::steady_clock::time_point due;
};

Sampler::Sampler(std::vector<std::unique_ptr<Sensor>> sensors, HostClock clock, RunWriter& writer,
                 SpanLog* spans, Nanoseconds heartbeat)
    : clock_{clock}, writer_{writer}, spans_{spans}, heartbeat_{heartbeat} {
  std::size_t channel = 0;
  for (auto& sensor : sensors) {
    const std::size_t count = sensor->channels().size();
    sources_.push_back({std::move(sensor),
                        channel,
                        std::vector<Slot>(count),
                        std::vector<ReadingTally>(count),
                        {}});
    channel += count;
  }
  for (auto& source : sources_) {
    read(source);
    source.due = std::chrono::steady_clock::now() + source.sensor->period();
  }
  thread_ = std::jthread{[this](std::stop_token stop) { run(std::move(stop)); }};
}

Sampler::~Sampler() = default;

SamplerCost Sampler::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  return cost_;
}

std::optional<std::string> Sampler::failure() const {
  const std::scoped_lock lock{mutex_};
  return failure_;
}

void Sampler::run(std::stop_token stop) {
  auto next_heartbeat = std::chrono::steady_clock::now() + heartbeat_;
  while (!stop.stop_requested()) {
    auto wake = next_heartbeat;
    for (const auto& source : sources_) wake = std::min(wake, source.due);
    {
      std::unique_lock lock{mutex_};
      wake_.wait_until(lock, stop, wake, [] { return false; });
    }
    if (stop.stop_requested()) break;

    const auto now = std::chrono::steady_clock::now();
    for (auto& source : sources_) {
      if (source.due > now) continue;
      read(source);
      // Deadlines stay on their grid, so that the cost of a read does not stretch the period.
      source.due += source.sensor->period();
      for (const auto after = std::chrono::steady_clock::now(); source.due < after;
           source.due += source.sensor->period()) {
        ++cost_.missed;
      }
    }
    if (next_heartbeat <= now) {
      hand_over();
      while (next_heartbeat <= now) next_heartbeat += heartbeat_;
    }
  }

  Nanoseconds wait{0};
  for (const auto& source : sources_) wait = std::max(wait, catch_up(source.sensor->channels()));
  std::this_thread::sleep_for(wait);
  for (auto& source : sources_) read(source);
  note_failures();
  hand_over();
}

void Sampler::note_failures() {
  for (const auto& source : sources_) {
    const auto channels = source.sensor->channels();
    for (std::size_t i = 0; i < channels.size(); ++i) {
      for (const auto& note : source.tallies[i].notes(channels[i])) writer_.append_note(note);
    }
  }
}

void Sampler::read(Source& source) noexcept {
  for (auto& slot : source.slots) slot.clear();
  const auto before = std::chrono::steady_clock::now();
  source.sensor->read(clock_, source.slots);
  cost_.reading += std::chrono::steady_clock::now() - before;
  ++cost_.reads;
  for (std::size_t i = 0; i < source.slots.size(); ++i) {
    const auto& slot = source.slots[i];
    if (failed(slot.absence)) ++cost_.unreadable;
    source.tallies[i].add(slot);
    if (!slot.samples.empty()) writer_.append_samples(source.first_channel + i, slot.samples);
    if (slot.gap) writer_.append_gap(source.first_channel + i, *slot.gap);
  }
}

void Sampler::hand_over() noexcept {
  std::optional<std::string> failure;
  try {
    if (spans_) spans_->flush(writer_);
    writer_.heartbeat();
  } catch (const std::exception& error) {  // the writer keeps what it has; the next may succeed
    failure = error.what();
  }
  const std::scoped_lock lock{mutex_};
  failure_ = std::move(failure);
}

}  // namespace erg
