// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "erg/span_log.h"

namespace erg {

// Opens the spans of a training on the host's clock so that they tile: a phase ends where the next
// begins, a step where the next step or the evaluation begins, by one clock read for both.
class HostTrack {
 public:
  // What of it is wanted; epochs always are. `log` may be null: nobody listens.
  HostTrack(SpanLog* log, bool steps, bool phases);

  void begin_epoch(std::int64_t epoch);
  // From here on: waiting for the loader, in a new step.
  void begin_step();
  // From here on; closes the phase before. Gives the moment.
  Timestamp enter(std::string_view phase);
  // Ends the step, if one is open; a phase of the epoch itself begins.
  void leave_steps(std::string_view phase);
  void end_epoch();

  SpanIndex epoch() const { return epoch_; }
  // The span that layers of this moment belong to: the phase, else the step, else the epoch.
  SpanIndex innermost() const;
  Timestamp now() const { return log_ ? log_->clock().now() : Timestamp{}; }

 private:
  void open_phase(std::string_view phase, Timestamp begin);
  void close(SpanIndex& span, Timestamp end);

  SpanLog* const log_;
  const bool steps_;
  const bool phases_;
  std::array<NameId, std::size(phase::kInOrder)> phase_names_{};
  NameId step_name_ = 0;
  SpanIndex epoch_ = kNoSpan;
  SpanIndex step_ = kNoSpan;
  SpanIndex phase_ = kNoSpan;
};

}  // namespace erg
