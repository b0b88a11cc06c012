// SPDX-License-Identifier: Apache-2.0
#include "training_loop.h"

#include <algorithm>
#include <array>

#include "compute_device.h"

namespace erg {
namespace {

constexpr auto kReportEvery = std::chrono::milliseconds{200};

bool steps_wanted(Instrumentation level) { return level != Instrumentation::none; }
bool phases_wanted(Instrumentation level) {
  return level != Instrumentation::none && level != Instrumentation::sync_step;
}
bool every_layer(Instrumentation level) {
  return level == Instrumentation::layers || level == Instrumentation::sync_layers;
}
bool phases_synchronise(Instrumentation level) {
  return level == Instrumentation::sync_phases || level == Instrumentation::sync_layers ||
         level == Instrumentation::nosync1;
}

}  // namespace

TrainingLoop::TrainingLoop(Trainer::State& state, SpanLog* log, const TrainingListener& listener,
                           std::stop_token stop, std::uint16_t span_device)
    : state_{state},
      log_{log},
      listener_{listener},
      stop_{std::move(stop)},
      level_{state.options.instrumentation},
      host_{log, steps_wanted(level_), phases_wanted(level_)},
      layer_choice_{state.options.seed},
      watch_{state.data.classes} {
  if (!log_) return;
  const Network& network = state_.module.network();
  const bool events = asynchronous(state_.device) &&
                      (level_ == Instrumentation::phases || level_ == Instrumentation::layers);
  if (events) {
    device_track_.emplace(*log_, state_.device, span_device, layer_names(*log_, network));
  }
  if (!every_layer(level_)) return;
  if (events) {
    layer_marks_.emplace(
        network, [this](std::size_t node, Pass pass) { device_track_->mark_layer(node, pass); });
  } else {
    host_layers_.emplace(*log_, network);
    layer_marks_.emplace(network, [this](std::size_t node, Pass pass) {
      if (level_ == Instrumentation::sync_layers) synchronize(state_.device);
      host_layers_->mark(node, pass);
    });
  }
}

TrainingOutcome TrainingLoop::run() {
  return within_run([this] {
    while (!ended()) {
      outcome_.stopped = stop_agreed(stop_.stop_requested());
      if (!outcome_.stopped) train_epoch();
    }
    outcome_.cut_short =
        state_.epoch < state_.options.epochs && !outcome_.stopped && !outcome_.reached;
  });
}

TrainingOutcome TrainingLoop::run_evaluation(std::int64_t rounds) {
  return within_run([this, rounds] {
    for (std::int64_t round = 0; round < rounds && !outcome_.stopped; ++round) {
      outcome_.stopped = stop_agreed(stop_.stop_requested());
      if (!outcome_.stopped) evaluation_round(round);
    }
  });
}

// In a run span: the caller's, or one of its own.
template <class Body>
TrainingOutcome TrainingLoop::within_run(Body body) {
  const bool own_run = log_ && log_->innermost() == kNoSpan;
  if (log_) run_ = own_run ? log_->open(log_->intern("run"), SpanKind::run) : log_->innermost();
  try {
    body();
  } catch (...) {
    if (own_run) log_->close(run_);
    throw;
  }
  if (own_run) log_->close(run_);
  outcome_.steps = state_.step;
  outcome_.peak_device_bytes = peak_memory(state_.device);
  return std::move(outcome_);
}

bool TrainingLoop::ended() const {
  return state_.epoch >= state_.options.epochs || state_.step >= state_.planned_steps() ||
         outcome_.stopped || outcome_.reached;
}

void TrainingLoop::train_epoch() {
  EpochResult result;
  result.epoch = static_cast<std::int32_t>(state_.epoch);
  host_.begin_epoch(state_.epoch);
  if (device_track_) device_track_->begin_epoch(state_.epoch, host_.epoch(), run_);
  const std::int64_t steps = train_steps();
  wait_where_asked(true);
  host_.leave_steps(phase::kOther);
  const Learnt learnt = learnt_by_all();
  state_.source.finish();
  outcome_.images += learnt.images;
  if (learnt.images > 0) {
    result.train_loss = learnt.loss;
    result.train_accuracy = learnt.accuracy;
  }
  if (state_.options.evaluate && !outcome_.stopped) evaluate(steps, result);
  if (device_track_) device_track_->end_epoch();
  host_.end_epoch();
  if (learnt.images == 0) return;  // stopped before its first step
  const bool whole = state_.step == (state_.epoch + 1) * state_.steps_per_epoch();
  if (whole) ++state_.epoch;
  const bool last = state_.epoch >= state_.options.epochs;
  if (const auto text = watch_.end_epoch(learnt.loss, last && whole)) note(*text);
  outcome_.reached = state_.options.until_accuracy && result.test_accuracy &&
                     *result.test_accuracy >= *state_.options.until_accuracy;
  outcome_.epochs.push_back(result);
  if (listener_.epoch) listener_.epoch(result);
}

// Gives the number of steps made. An epoch that was begun before goes on where it stopped.
std::int64_t TrainingLoop::train_steps() {
  const std::int64_t all = state_.steps_per_epoch();
  const std::int64_t begun = state_.step - state_.epoch * all;
  const std::int64_t steps = std::min(all - begun, state_.planned_steps() - state_.step);
  auto order = shuffled_order(state_.data.train.size(), state_.options.seed, state_.epoch);
  order.erase(order.begin(), order.begin() + begun * state_.batch_of_all());
  const bool ranks = state_.average.needed();
  shard_ = ranks ? shard(order, state_.options.batch, state_.average.ranks().rank(),
                         state_.average.ranks().size())
                 : Shard{};
  state_.source.start(state_.data.train, ranks ? shard_.order : std::move(order));
  state_.meter.clear();
  reported_ = std::chrono::steady_clock::now();
  images_at_report_ = 0;
  for (std::int64_t i = 0; i < steps; ++i) {
    if (!ranks) outcome_.stopped = stop_.stop_requested();
    if (outcome_.stopped) return i;
    step(i, steps);
  }
  return steps;
}

void TrainingLoop::step(std::int64_t index, std::int64_t steps) {
  begin_step();
  const Timestamp asked = host_.now();
  const HostBatch batch = *state_.source.next();
  if (device_track_) device_track_->begin_step({asked, host_.now()});
  host_.enter(phase::kToDevice);
  const at::Tensor images = to_device(batch.images, true);
  const at::Tensor labels = to_device(batch.labels, false);
  layers_now_ = layers_wanted();
  enter(phase::kForward);
  at::Tensor logits;
  at::Tensor loss;
  {
    const AutocastScope autocast{state_.options.precision, state_.device};
    logits = state_.module.forward(images, true, layers_now_ ? &*layer_marks_ : nullptr);
    enter(phase::kLoss);
    loss = at::cross_entropy_loss(logits, labels);
  }
  enter(phase::kBackward);
  backward(loss);
  const double share = state_.average.needed() ? shard_.weight(labels.size(0), index) : 1;
  if (state_.average.needed()) average(share);
  enter(phase::kOptimizer);
  update();
  layers_now_ = false;
  enter(phase::kOther);
  if (share > 0) state_.meter.add(loss, logits, labels);
  ++state_.step;
  state_.source.launched(batch);
  if (device_track_) device_track_->end_step();
  report(index + 1, steps, false);
}

at::Tensor TrainingLoop::to_device(const at::Tensor& host, bool images) const {
  const bool channels_last = images && state_.options.channels_last;
  const auto format = channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  if (!asynchronous(state_.device)) return host.contiguous(format);
  return host.to(state_.device, /*non_blocking=*/true).contiguous(format);
}

void TrainingLoop::backward(const at::Tensor& loss) {
  (state_.scaler ? state_.scaler->scaled(loss) : loss).backward();
}

// Waiting for the others is part of it. Whether to stop is settled here, too: all ranks make the
// same steps.
void TrainingLoop::average(double weight) {
  const bool told = log_ && level_ != Instrumentation::none;
  const SpanIndex range = told ? log_->open(log_->intern("all_reduce"), SpanKind::range) : kNoSpan;
  outcome_.stopped = any(state_.average.ranks(), stop_.stop_requested());
  state_.average.average(state_.optimizer.gradients(), weight);
  if (told) log_->close(range);
}

// Over the images of all ranks.
Learnt TrainingLoop::learnt_by_all() {
  Learnt learnt = state_.meter.read();
  if (!state_.average.needed()) return learnt;
  const auto mine = static_cast<double>(learnt.images);
  std::array<double, 3> sums{learnt.loss * mine, learnt.accuracy * mine, mine};
  state_.average.ranks().sum(sums);
  if (sums[2] == 0) return {};
  return {sums[0] / sums[2], sums[1] / sums[2], static_cast<std::int64_t>(sums[2])};
}

// Ranks stop together, where one of them is asked to.
bool TrainingLoop::stop_agreed(bool mine) const {
  return state_.average.needed() ? any(state_.average.ranks(), mine) : mine;
}

void TrainingLoop::update() {
  const auto& options = state_.options;
  const double rate = options.optimizer.learning_rate *
                      options.schedule.factor(state_.step, state_.steps_per_epoch(),
                                              state_.steps_per_epoch() * options.epochs);
  if (state_.scaler && !state_.scaler->unscale(state_.optimizer.gradients())) {
    ++outcome_.skipped_steps;
  } else {
    state_.optimizer.step(rate);
  }
  state_.optimizer.clear_gradients();
}

void TrainingLoop::enter(std::string_view phase) {
  const bool forward_ends = phase == phase::kLoss;
  if (phases_synchronise(level_) && !(level_ == Instrumentation::nosync1 && forward_ends)) {
    synchronize(state_.device);
  }
  const SpanIndex before = host_.innermost();
  const Timestamp moment = host_.enter(phase);
  if (layers_now_ && host_layers_) host_layers_->finish(before, moment);
  if (device_track_) device_track_->enter(phase);
}

void TrainingLoop::begin_step() {
  wait_where_asked(true);
  host_.begin_step();
}

void TrainingLoop::wait_where_asked(bool step_ends) {
  const bool by_step = level_ == Instrumentation::sync_step || level_ == Instrumentation::nosync3;
  if (phases_synchronise(level_) || (step_ends && by_step)) {
    synchronize(state_.device);
  }
}

// One step in each `layer_every`, at random, so that no rhythm of the training is in step with it.
bool TrainingLoop::layers_wanted() {
  if (!layer_marks_) return false;
  if (level_ == Instrumentation::sync_layers) return true;
  const auto every =
      static_cast<std::uint64_t>(std::max<std::int64_t>(state_.options.layer_every, 1));
  const auto place = static_cast<std::uint64_t>(state_.step) % every;
  if (place == 0) layer_turn_ = static_cast<std::int64_t>(layer_choice_() % every);
  return place == static_cast<std::uint64_t>(layer_turn_);
}

void TrainingLoop::report(std::int64_t step, std::int64_t steps, bool evaluating) {
  if (const auto learnt = state_.meter.poll(); learnt && !evaluating) {
    loss_ = learnt->loss;
    if (const auto text = watch_.see(learnt->loss)) note(*text);
  }
  const auto now = std::chrono::steady_clock::now();
  if (now - reported_ < kReportEvery && step < steps) return;
  if (!evaluating) state_.meter.ask();
  if (!listener_.progress) {
    reported_ = now;
    return;
  }
  const std::int64_t images = step * state_.batch_of_all();
  const std::chrono::duration<double> since = now - reported_;
  TrainingProgress progress;
  progress.epoch = state_.epoch;
  progress.epochs = state_.options.epochs;
  progress.step = step;
  progress.steps = steps;
  progress.evaluating = evaluating;
  progress.loss = loss_;
  progress.images_per_second = static_cast<double>(images - images_at_report_) / since.count();
  listener_.progress(progress);
  reported_ = now;
  images_at_report_ = images;
}

void TrainingLoop::note(std::string_view text) const {
  if (listener_.note) listener_.note(text);
}

}  // namespace erg
