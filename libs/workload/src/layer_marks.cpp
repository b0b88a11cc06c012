// SPDX-License-Identifier: Apache-2.0
#include "layer_marks.h"

namespace erg {

LayerMarks::LayerMarks(const Network& network, Mark mark) : mark_{std::move(mark)} {
  for (const Node& node : network.nodes()) {
    watched_.push_back(!std::holds_alternative<Input>(node.layer) && !is_view(node.layer));
  }
}

void LayerMarks::before(std::size_t node) {
  if (watched_[node]) mark_(node, Pass::forward);
}

// The gradient of a layer's output is complete when its backward is about to begin.
void LayerMarks::after(std::size_t node, const at::Tensor& output) {
  if (!watched_[node] || !output.requires_grad()) return;
  output.register_hook([this, node](const at::Tensor&) { mark_(node, Pass::backward); });
}

std::vector<NameId> layer_names(SpanLog& log, const Network& network) {
  std::vector<NameId> names;
  for (const Node& node : network.nodes()) names.push_back(log.intern(node.name));
  return names;
}

HostLayers::HostLayers(SpanLog& log, const Network& network)
    : log_{log}, names_{layer_names(log, network)} {}

void HostLayers::finish(SpanIndex parent, Timestamp end) {
  for (std::size_t i = 0; i < marks_.size(); ++i) {
    const Timestamp next = i + 1 < marks_.size() ? marks_[i + 1].begin : end;
    Span span;
    span.name = names_[marks_[i].node];
    span.kind = SpanKind::layer;
    span.pass = marks_[i].pass;
    span.parent = parent;
    span.interval = {marks_[i].begin, next};
    log_.add(span);
  }
  marks_.clear();
}

}  // namespace erg
