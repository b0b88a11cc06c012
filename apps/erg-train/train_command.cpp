// SPDX-License-Identifier: Apache-2.0
#include "train_command.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "console.h"
#include "erg/checkpoint.h"
#include "forecast.h"
#include "measured.h"
#include "output_file.h"
#include "profiler.h"
#include "ranks.h"

namespace erg {
namespace {

constexpr const char* kExample =
    "erg train alexnet_thesis --data fashion_mnist --epochs 5\n"
    "  erg train lenet5 --data mnist --device cuda --instrument layers --json\n\n"
    "Ctrl-C ends the training after the step it is in, and keeps what was measured; twice ends it "
    "at once.";

// Beside the run's own spans: its energy is not the training's.
void profile(Session& session, Trainer& trainer, const TrainOptions& options,
             std::stop_token stop) {
  Profiler profiler{session, profiled_device(session.devices(), trainer.gpu_uuid()),
                    profile_request(options)};
  if (!options.quiet) {
    inform(fmt::format("profile of {}, {} s\n", options.profile, options.profile_seconds));
  }
  trainer.profile(profiler.profile(), &session.spans(), stop);
  session.writer().append_note(
      fmt::format("profiled after the training: {} blocks of step designs, {} s were asked for; "
                  "their energy is not "
                  "part of the run's",
                  profiler.blocks(), options.profile_seconds));
  const std::string why = profiler.unsolved();
  if (why.empty() || stop.stop_requested()) return;
  warn("the profile tells nothing: " + why);
  session.writer().append_note("the profile tells nothing: " + why);
}

// Beside the JSON, not in it.
void say(const TrainOptions& options, const std::string& text) {
  if (options.json) {
    inform(text);
  } else {
    print(text);
  }
}

int train(const Commands& commands, TrainOptions options, const std::vector<std::string>& command) {
  const auto place = rank_place();
  if (place) options = options_of_rank(std::move(options), *place);
  const TrainingOptions training = training_options(options);
  const bool profiled = profile_request(options).time > Seconds{0};
  tags_of(options.tags);
  if (!options.save.empty()) must_be_writable("--save", options.save);
  const bool predicted = options.predict || !options.predict_model.empty();
  if (predicted && options.no_measure) {
    throw UsageError{"--predict is held against what is measured: not with --no-measure"};
  }
  const Interrupts interrupts{!options.follows};
  const DataSet data = data_for(options, options.data);
  const auto ranks = place ? join_ranks(*place, interrupts.token()) : nullptr;
  const Network network = network_for(options, data);
  Trainer trainer{network, data, training, ranks.get()};
  if (!options.resume.empty()) trainer.resume(options.resume);
  std::optional<Forecast> forecast;
  Around around;
  if (predicted && !options.follows) {
    around.check = [&](const Store& store, std::span<const Device> devices) {
      forecast.emplace(store, devices, network, trainer, options.predict_model, options.max_steps);
    };
  }
  around.keep = [&] {
    if (!options.save.empty()) trainer.save(options.save);
  };
  around.after = [&](const Run& run) {
    if (forecast) say(options, "\n" + forecast->after(run));
  };
  return measured(
      commands, options, command, trainer, interrupts, ranks.get(),
      [&](Session* session, const TrainingListener& listener, std::uint16_t device) {
        if (session && profiled) check_measured(*session, trainer.gpu_uuid());
        if (session && forecast) {
          inform(forecast->before());
          session->writer().append_note(forecast->before());
        }
        auto outcome = trainer.train(session ? &session->spans() : nullptr, listener,
                                     interrupts.token(), device);
        if (session && profiled && !outcome.stopped) {
          try {
            profile(*session, trainer, options, interrupts.token());
          } catch (const TrainingError& error) {  // the training is what it was
            warn(error.what());
            session->writer().append_note(std::string{"not profiled: "} + error.what());
          }
        }
        return outcome;
      },
      around);
}

}  // namespace

void add_train(Commands& commands, const std::vector<std::string>& command) {
  const auto options = std::make_shared<TrainOptions>();
  auto& app = commands.add(
      "train", "Train a network and measure it: energy, time and power by phase, stored as a run",
      kExample, [&commands, &command, options] { return train(commands, *options, command); });
  add_options(app, *options);
}

}  // namespace erg
