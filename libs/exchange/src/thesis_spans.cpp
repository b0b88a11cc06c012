// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "erg/decimal.h"
#include "thesis_folder.h"

namespace erg::exchange {
namespace {

// Opens the spans of a run in the order of time.
class Builder {
 public:
  Builder(const ThesisFolder& folder, Nanoseconds zero) : folder_{folder}, zero_{zero} {
    for (const StudyPhase& each : kStudyPhases) phase_names_.push_back(spans_.intern(each.name));
    for (const auto& name : folder.layers.names) layer_names_.push_back(spans_.intern(name));
    step_name_ = spans_.intern(to_string(SpanKind::step));
    order_.resize(folder.layers.cells.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::stable_sort(order_, {}, [&](std::size_t i) {
      return std::pair{folder.layers.cells[i].epoch, folder.layers.cells[i].step};
    });
  }

  SpanTable build(const ThesisFolder::Extent& extent) {
    const SpanIndex run = add(spans_.intern(to_string(SpanKind::run)), SpanKind::run, kNoSpan,
                              {at(extent.begin), at(extent.end)});
    const std::size_t epochs = folder_.epochs();
    for (std::size_t epoch = 0; epoch < epochs; ++epoch) add_epoch(epoch, run);
    return std::move(spans_);
  }

  std::uint64_t bad() const { return bad_; }

 private:
  Timestamp at(Nanoseconds unix_time) const { return Timestamp{unix_time - zero_}; }
  Interval interval(double begin_unix, double end_unix) const {
    return {at(nanoseconds_of(begin_unix)), at(nanoseconds_of(end_unix))};
  }

  // Empty where the table has no such cell, or it is no interval, which is counted.
  std::optional<Interval> cell(const std::optional<PhaseTable>& table, std::size_t epoch,
                               std::size_t step) {
    if (!table || epoch >= table->epochs || step >= table->steps) return std::nullopt;
    const std::size_t index = epoch * table->steps + step;
    if (!table->good(index)) {
      ++bad_;
      return std::nullopt;
    }
    return interval(table->begin_unix[index], table->end_unix[index]);
  }

  SpanIndex add(NameId name, SpanKind kind, SpanIndex parent, Interval interval,
                Pass pass = Pass::none) {
    Span span;
    span.name = name;
    span.kind = kind;
    span.pass = pass;
    span.parent = parent;
    span.interval = interval;
    return spans_.append(span);
  }

  struct Step {
    std::array<std::optional<Interval>, kStudyPhases.size()> phases;
    Interval all{Timestamp::max(), Timestamp::min()};
    bool empty() const { return all.end < all.begin; }
  };

  Step step(std::size_t epoch, std::size_t index) {
    Step step;
    for (std::size_t i = 0; i < kStudyPhases.size(); ++i) {
      step.phases[i] = cell(folder_.phases[i], epoch, index);
      if (step.phases[i]) widen(step.all, *step.phases[i]);
    }
    for (std::size_t i = next_layer_; i < order_.size() && in(order_[i], epoch, index); ++i) {
      const LayerCell& layer = folder_.layers.cells[order_[i]];
      if (good(layer)) widen(step.all, interval(layer.begin_unix, layer.end_unix));
    }
    return step;
  }

  bool in(std::size_t layer, std::size_t epoch, std::size_t step) const {
    const LayerCell& cell = folder_.layers.cells[layer];
    return cell.epoch == epoch && cell.step == step;
  }

  static void widen(Interval& all, Interval one) {
    all.begin = std::min(all.begin, one.begin);
    all.end = std::max(all.end, one.end);
  }

  void add_epoch(std::size_t epoch, SpanIndex run) {
    const std::size_t count = folder_.steps();
    std::vector<Step> steps;
    Interval all{Timestamp::max(), Timestamp::min()};
    const std::size_t first_layer = next_layer_;
    for (std::size_t i = 0; i < count; ++i) {
      steps.push_back(step(epoch, i));
      if (!steps.back().empty()) widen(all, steps.back().all);
      while (next_layer_ < order_.size() && in(order_[next_layer_], epoch, i)) ++next_layer_;
    }
    next_layer_ = first_layer;
    const auto test = cell(folder_.test, epoch, 0);
    if (test) widen(all, *test);
    if (const auto whole = cell(folder_.epoch, epoch, 0)) all = *whole;
    if (all.end < all.begin) return;
    const SpanIndex parent =
        add(spans_.intern("epoch " + std::to_string(epoch)), SpanKind::epoch, run, all);
    for (std::size_t i = 0; i < count; ++i) add_step(steps[i], epoch, i, parent);
    if (test) add(spans_.intern(phase::kEvaluate), SpanKind::phase, parent, *test);
  }

  void add_step(const Step& step, std::size_t epoch, std::size_t index, SpanIndex parent) {
    if (step.empty()) return skip_layers(epoch, index);
    const SpanIndex row = add(step_name_, SpanKind::step, parent, step.all);
    SpanIndex forward = row;
    for (std::size_t i = 0; i < kStudyPhases.size(); ++i) {
      if (!step.phases[i]) continue;
      const SpanIndex span = add(phase_names_[i], SpanKind::phase, row, *step.phases[i]);
      if (kStudyPhases[i].name != phase::kForward) continue;
      forward = span;
      add_layers(epoch, index, forward);
    }
    add_layers(epoch, index, forward);  // those of a step whose forward is missing
  }

  void add_layers(std::size_t epoch, std::size_t step, SpanIndex parent) {
    for (; next_layer_ < order_.size() && in(order_[next_layer_], epoch, step); ++next_layer_) {
      const LayerCell& layer = folder_.layers.cells[order_[next_layer_]];
      if (!good(layer)) {
        ++bad_;
        continue;
      }
      add(layer_names_[layer.name], SpanKind::layer, parent,
          interval(layer.begin_unix, layer.end_unix), Pass::forward);
    }
  }

  void skip_layers(std::size_t epoch, std::size_t step) {
    for (; next_layer_ < order_.size() && in(order_[next_layer_], epoch, step); ++next_layer_) {
      ++bad_;
    }
  }

  const ThesisFolder& folder_;
  Nanoseconds zero_;
  SpanTable spans_;
  std::vector<NameId> phase_names_;
  std::vector<NameId> layer_names_;
  NameId step_name_ = 0;
  std::vector<std::size_t> order_;  // of the layer cells, by epoch and step
  std::size_t next_layer_ = 0;
  std::uint64_t bad_ = 0;
};

}  // namespace

SpanTable thesis_spans(const ThesisFolder& folder, Nanoseconds zero, ImportReport& report) {
  const auto extent = folder.extent();
  if (!extent) return {};
  Builder builder{folder, zero};
  SpanTable spans = builder.build(*extent);
  report.warn("intervals_bad", folder.path.string(), builder.bad(),
              "phases or layers whose times are missing, negative or backwards; left out");
  return spans;
}

}  // namespace erg::exchange
