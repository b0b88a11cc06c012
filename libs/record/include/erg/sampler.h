// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "erg/run.h"
#include "erg/sensor.h"

namespace erg {

class RunWriter;
class SpanLog;

// The channels of several sensors, in the order in which a Sampler numbers them.
std::vector<Channel> channels_of(const std::vector<std::unique_ptr<Sensor>>& sensors);

// Reads sensors on its own thread, each at its own period, from construction to stop(), and hands
// samples and spans to a writer once a second with a heartbeat.
//
// Channel i of the writer is channel i of channels_of(sensors). One owner starts and stops it.
// When the store fails, sampling goes on; the writer keeps what it has and is asked again.
class Sampler {
 public:
  // `writer` and `spans` outlive the sampler; `spans` may be null. Reads every sensor once before
  // it returns, so that the recording covers everything after construction.
  Sampler(std::vector<std::unique_ptr<Sensor>> sensors, HostClock clock, RunWriter& writer,
          SpanLog* spans, Nanoseconds heartbeat = std::chrono::seconds{1});
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  // Takes a last reading of every sensor, so that the recording covers everything up to this call.
  // Waits first for windowed channels to catch up (their refresh and delay, 0.2 s at most). What
  // could not be read is in notes of the part, by channel and reason.
  SamplerCost stop();

  // The store's words when the last heartbeat failed. Any thread.
  std::optional<std::string> failure() const;

 private:
  struct Source;

  void run(std::stop_token stop);
  void read(Source& source) noexcept;
  void hand_over() noexcept;
  void note_failures();

  const HostClock clock_;
  RunWriter& writer_;
  SpanLog* const spans_;
  const Nanoseconds heartbeat_;
  std::vector<Source> sources_;  // the thread's alone until it is joined
  SamplerCost cost_;             // likewise
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::optional<std::string> failure_;  // guarded by mutex_
  std::jthread thread_;                 // last: joined before what it uses is destroyed
};

}  // namespace erg
