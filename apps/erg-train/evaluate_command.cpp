// SPDX-License-Identifier: Apache-2.0
#include "evaluate_command.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "console.h"
#include "erg/breakdown_text.h"
#include "erg/checkpoint.h"
#include "erg/json_forms.h"
#include "erg/numbers.h"
#include "erg/scoped_span.h"
#include "erg/text_table.h"
#include "measured.h"
#include "number_checks.h"
#include "ranks.h"

namespace erg {
namespace {

constexpr const char* kExample =
    "erg train alexnet_thesis --data fashion_mnist --save alexnet.pt\n"
    "  erg evaluate alexnet.pt --batch 1,8,64 --device cuda";

struct EvaluateOptions {
  std::string checkpoint;
  std::vector<std::int64_t> batches{128};
  std::int64_t rounds = 1;
  std::int64_t images = 0;  // 0: all
  TrainOptions train;
};

std::string range_of(std::int64_t batch) { return "batch " + std::to_string(batch); }

void keep_first_images(ImageSet& set, std::int64_t wanted) {
  if (wanted == 0 || static_cast<std::size_t>(wanted) >= set.size()) return;
  const auto count = static_cast<std::size_t>(wanted);
  set.labels.resize(count);
  set.pixels.resize(count * static_cast<std::size_t>(set.shape.elements()));
}

// One batch size after the other, each in a range of its own; the same weights, the same images.
class Evaluation {
 public:
  Evaluation(const EvaluateOptions& options, const Checkpoint& checkpoint, const DataSet& data,
             Collective* ranks)
      : options_{options}, checkpoint_{checkpoint}, data_{data}, ranks_{ranks} {}

  std::unique_ptr<Trainer> trainer(std::int64_t batch) const {
    TrainingOptions training = training_options(options_.train);
    training.epochs = options_.rounds;
    training.batch = batch;
    auto made = std::make_unique<Trainer>(checkpoint_.network, data_, training, ranks_);
    made->load_weights(options_.checkpoint);
    return made;
  }

  // `first` is the trainer of the first batch size.
  TrainingOutcome run(std::unique_ptr<Trainer>& first, SpanLog* log,
                      const TrainingListener& listener, std::stop_token stop,
                      std::uint16_t device) {
    const ScopedSpan run{log, "run", SpanKind::run};
    TrainingOutcome all;
    for (const std::int64_t batch : options_.batches) {
      auto mine = first ? std::move(first) : trainer(batch);
      const ScopedSpan range{log, range_of(batch)};
      auto one = mine->evaluate(options_.rounds, log, numbered(listener), stop, device);
      rounds_done_ += options_.rounds;
      all.stopped = one.stopped;
      all.peak_device_bytes = std::max(all.peak_device_bytes, one.peak_device_bytes);
      all.epochs.insert(all.epochs.end(), one.epochs.begin(), one.epochs.end());
      if (one.stopped) break;
    }
    return all;
  }

 private:
  // Rounds count on from one batch size to the next.
  TrainingListener numbered(const TrainingListener& listener) const {
    TrainingListener counting = listener;
    if (!listener.epoch) return counting;
    counting.epoch = [&listener, before = rounds_done_](EpochResult result) {
      result.epoch += static_cast<std::int32_t>(before);
      listener.epoch(result);
    };
    return counting;
  }

  const EvaluateOptions& options_;
  const Checkpoint& checkpoint_;
  const DataSet& data_;
  Collective* const ranks_;
  std::int64_t rounds_done_ = 0;
};

// What inference with one batch size took.
struct Inference {
  std::int64_t batch = 0;
  std::int64_t images = 0;
  const BreakdownRow* row = nullptr;
  std::optional<double> accuracy;
};

std::vector<Inference> inferences(const Run& run, const EvaluateOptions& options,
                                  std::int64_t images) {
  std::vector<Inference> all;
  const Breakdown* ranges = find_breakdown(run, Grouping::range);
  for (std::size_t i = 0; ranges && i < options.batches.size(); ++i) {
    Inference one{options.batches[i], images * options.rounds, nullptr, {}};
    const auto row = std::ranges::find(ranges->rows, range_of(one.batch), &BreakdownRow::name);
    if (row == ranges->rows.end()) continue;  // stopped before
    one.row = &*row;
    const auto epoch = static_cast<std::size_t>(options.rounds) * (i + 1) - 1;
    if (epoch < run.epochs.size()) one.accuracy = run.epochs[epoch].test_accuracy;
    all.push_back(one);
  }
  return all;
}

std::string inference_text(const std::vector<Inference>& all) {
  using Align = TextTable::Align;
  TextTable table{{{"batch", Align::right},
                   {"images", Align::right},
                   {"time", Align::right},
                   {"energy", Align::right},
                   {"an image", Align::right},
                   {"images/s", Align::right},
                   {"images/J", Align::right},
                   {"accuracy", Align::right}}};
  for (const auto& one : all) {
    const auto& [batch, images, row, accuracy] = one;
    const auto count = static_cast<double>(images);
    const Seconds time = row->time ? row->time->value : Seconds{0};
    const auto& energy = row->energy;
    table.add({std::to_string(batch), std::to_string(images), text(time),
               energy ? text(*energy) : "-", energy ? text(energy->value / count) : "-",
               number(count / time.count()), energy ? number(count / energy->value.value()) : "-",
               accuracy ? percent(*accuracy) : "-"});
  }
  return table.text(stdout_style());
}

std::string inference_json(const Run& run, const std::vector<Inference>& all) {
  auto json = nlohmann::ordered_json::parse(run_json(run));
  auto& batches = json["batches"] = nlohmann::ordered_json::array();
  for (const auto& [batch, images, row, accuracy] : all) {
    nlohmann::ordered_json one{{"batch", batch}, {"images", images}};
    one["time_s"] = row->time ? nlohmann::ordered_json(row->time->value.count()) : nullptr;
    const auto& energy = row->energy;
    const auto joules = [&](double value) {
      return energy ? nlohmann::ordered_json(value) : nlohmann::ordered_json{};
    };
    const double value = energy ? energy->value.value() : 0;
    one["energy_j"] = joules(value);
    one["energy_u_j"] = joules(energy ? energy->independent_u.value() : 0);
    one["energy_common_u"] = joules(energy ? energy->common_u : 0);
    one["energy_per_sample_j"] = joules(value / static_cast<double>(images));
    one["test_accuracy"] = accuracy ? nlohmann::ordered_json(*accuracy) : nullptr;
    batches.push_back(std::move(one));
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void check_batches(const std::vector<std::int64_t>& batches) {
  for (auto one = batches.begin(); one != batches.end(); ++one) {
    if (*one < 1) throw UsageError{"a batch holds at least 1 image"};
    if (std::find(one + 1, batches.end(), *one) != batches.end()) {
      throw UsageError{"--batch names " + std::to_string(*one) + " twice"};
    }
  }
}

int evaluate(const Commands& commands, EvaluateOptions options,
             const std::vector<std::string>& command) {
  const auto place = rank_place();
  if (place) options.train = options_of_rank(std::move(options.train), *place);
  check_batches(options.batches);
  options.train.training.epochs = options.rounds;
  training_options(options.train);  // says what is wrong with a word before anything is loaded
  tags_of(options.train.tags);
  const Interrupts interrupts{!options.train.follows};
  const Checkpoint checkpoint = read_checkpoint(options.checkpoint);
  DataSet data =
      data_for(options.train, options.train.data.empty() ? checkpoint.data : options.train.data);
  keep_first_images(data.test, options.images);
  options.train.network = checkpoint.network.name();
  const auto ranks = place ? join_ranks(*place, interrupts.token()) : nullptr;
  Evaluation evaluation{options, checkpoint, data, ranks.get()};
  auto first = evaluation.trainer(options.batches.front());
  Trainer& described = *first;
  const auto images = static_cast<std::int64_t>(data.test.size());
  Around around;
  around.text = [&](const Run& run) { return inference_text(inferences(run, options, images)); };
  around.json = [&](const Run& run) {
    return inference_json(run, inferences(run, options, images));
  };
  return measured(
      commands, options.train, command, described, interrupts, ranks.get(),
      [&](Session* session, const TrainingListener& listener, std::uint16_t device) {
        return evaluation.run(first, session ? &session->spans() : nullptr, listener,
                              interrupts.token(), device);
      },
      around);
}

}  // namespace

void add_evaluate(Commands& commands, const std::vector<std::string>& command) {
  const auto options = std::make_shared<EvaluateOptions>();
  auto& app = commands.add(
      "evaluate", "Measure a trained network at work: the energy of its inference", kExample,
      [&commands, &command, options] { return evaluate(commands, *options, command); });
  app.add_option("CHECKPOINT", options->checkpoint, "What erg train --save wrote")->required();
  app.add_option("-d,--data", options->train.data,
                 "The images to test (default: those it was trained on)");
  app.add_option("-b,--batch", options->batches,
                 "Images at a time; several with commas, each measured by itself")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(at_least(1))
      ->capture_default_str();
  app.add_option("--images", options->images, "Only the first so many test images (0: all)")
      ->check(at_least(0));
  app.add_option("-r,--rounds", options->rounds, "How many times over all test images")
      ->check(at_least(1))
      ->capture_default_str();
  add_place_options(app, options->train);
}

}  // namespace erg
