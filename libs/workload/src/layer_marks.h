// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "graph_module.h"
#include "host_track.h"

namespace erg {

// Says when each layer's forward and backward begins. Inputs and views, which launch nothing, are
// passed over.
class LayerMarks final : public NodeObserver {
 public:
  using Mark = std::function<void(std::size_t node, Pass pass)>;

  // `mark` is called from the thread that runs the pass: on a GPU the engine's own in backward,
  // while the training thread waits.
  LayerMarks(const Network& network, Mark mark);

  void before(std::size_t node) override;
  void after(std::size_t node, const at::Tensor& output) override;

 private:
  std::vector<bool> watched_;  // by node
  Mark mark_;
};

// Layer spans on the host's clock.
class HostLayers {
 public:
  HostLayers(SpanLog& log, const Network& network);

  void mark(std::size_t node, Pass pass) { marks_.push_back({node, pass, log_.clock().now()}); }
  // The pass is over: each of its layers lasted until the next began, the last one until `end`.
  void finish(SpanIndex parent, Timestamp end);

 private:
  struct Marked {
    std::size_t node;
    Pass pass;
    Timestamp begin;
  };
  SpanLog& log_;
  std::vector<NameId> names_;  // by node
  std::vector<Marked> marks_;
};

std::vector<NameId> layer_names(SpanLog& log, const Network& network);

}  // namespace erg
