// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>
#include <string_view>
#include <vector>

#include "erg/network.h"
#include "erg/span_log.h"
#include "torch_headers.h"

namespace erg {

// The spans of a training on a GPU's own timeline, by events recorded on its stream and read back
// once they are past: nothing in a step waits for the device.
//
// Every 10 s the device is waited for once, and an event recorded between two reads of the host's
// clock becomes the new zero: an event's distance from it is a float of milliseconds. Steps tile
// from the end of one to the end of the next; what a step spends idle before its first operation is
// `data` while the host waited for the loader, and `other` else.
class DeviceTrack {
 public:
  // `span_device`: which of the part's devices. `layer_names` by node of the network.
  DeviceTrack(SpanLog& log, at::Device device, std::uint16_t span_device,
              std::vector<NameId> layer_names);

  // `host_epoch` is the host's span of it, `run` the parent of the device's own.
  void begin_epoch(std::int64_t epoch, SpanIndex host_epoch, SpanIndex run);
  // The host waited for the loader during `waited`; what is launched from here on is `to_device`.
  void begin_step(Interval waited);
  void enter(std::string_view phase);
  // The node's pass is launched from here on. Called by one thread at a time.
  void mark_layer(std::size_t node, Pass pass);
  void end_step();
  void begin_evaluation();
  // Waits for the device.
  void end_epoch();

  // Reads back what is past. Costs a query where nothing is.
  void collect();

 private:
  struct PhaseMark {
    NameId phase;
    c10::Event event;
  };
  struct LayerMark {
    std::size_t node;
    Pass pass;
    c10::Event event;
  };
  struct Step {
    Interval waited;
    std::vector<PhaseMark> phases;  // the last one ends the step: its name is not used
    std::vector<LayerMark> layers;
  };

  c10::Event recorded();
  void set_anchor();
  Timestamp moment(const c10::Event& event);
  void emit(Step& step);
  void emit_gap(Interval gap, Interval waited, SpanIndex parent);
  void emit_layers(Step& step, Pass pass, SpanIndex parent, Timestamp end);
  SpanIndex add(NameId name, SpanKind kind, SpanIndex parent, Interval interval,
                Pass pass = Pass::none);
  NameId name(std::string_view phase) const;
  void recycle(Step& step);

  SpanLog& log_;
  const at::Device device_;
  const std::uint16_t span_device_;
  const std::vector<NameId> layer_names_;
  const NameId step_name_;
  std::array<NameId, std::size(phase::kInOrder)> phase_names_{};

  std::vector<c10::Event> spare_;
  std::vector<c10::Event> anchor_;  // one, once there is one
  Timestamp anchor_host_;
  Step current_;
  std::deque<Step> pending_;
  SpanIndex epoch_ = kNoSpan;  // the host's span of it
  SpanIndex run_ = kNoSpan;
  NameId epoch_name_ = 0;
  Timestamp epoch_begin_;
  Timestamp end_;  // of what was emitted last: nothing begins before it
};

}  // namespace erg
