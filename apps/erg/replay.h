// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "erg/run.h"
#include "erg/sensor_set.h"
#include "session.h"

namespace erg {

// A stored run once more: what its sensors read, in the place of this machine's, and its spans.
class Replay {
 public:
  // Throws std::runtime_error where the run holds no readings.
  explicit Replay(Run run);

  // From the first read on.
  SensorSet sensors() const;
  // From the zero of the reader's clock on, as the spans that add_to() adds.
  SensorSet sensors_from_zero() const;
  // Workload, command, versions and host of the recording.
  Environment environment() const;
  // Spans, blocks and epochs. Its run has the breakdowns of the recorded one.
  void add_to(Session& session) const;

  // How long it takes: to the last reading or span.
  Nanoseconds length() const { return end_ - begin_; }
  const RunHeader& header() const { return run_.header; }

 private:
  SensorSet sensors_from(std::optional<Timestamp> begin) const;
  void add_spans(Session& session, const Part& part) const;

  Run run_;
  std::vector<const Part*> parts_;  // those on the clock of the first that has readings
  Timestamp begin_ = Timestamp::max();
  Timestamp end_ = Timestamp::min();
};

}  // namespace erg
