// SPDX-License-Identifier: Apache-2.0
#include "train_command.h"

#include <fmt/format.h>

#include <memory>

#include "console.h"
#include "erg/json_forms.h"
#include "erg/run_text.h"
#include "interrupts.h"
#include "session.h"
#include "train_options.h"
#include "training_screen.h"

namespace erg {
namespace {

constexpr const char* kExample =
    "erg train alexnet_thesis --data fashion_mnist --epochs 5\n"
    "  erg train lenet5 --data mnist --device cuda --instrument layers --json\n\n"
    "Ctrl-C ends the training after the step it is in, and keeps what was measured; twice ends it "
    "at once.";

// Which of the session's devices the spans of the trainer's GPU belong to.
std::uint16_t span_device(const Session& session, const Trainer& trainer) {
  const auto uuid = trainer.gpu_uuid();
  if (!uuid) return kNoDevice;
  const auto devices = session.devices();
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (devices[i].id == *uuid) return static_cast<std::uint16_t>(i);
  }
  return kNoDevice;
}

TrainingListener listener_of(TrainingScreen& screen, const TrainingOptions& options,
                             RunWriter* writer) {
  TrainingListener listener;
  listener.progress = [&](const TrainingProgress& progress) { screen.show(progress); };
  listener.epoch = [&screen, epochs = options.epochs, writer](const EpochResult& result) {
    screen.show(result, epochs);
    if (writer) writer->append_epoch(result);
  };
  listener.note = [&screen, writer](std::string_view text) {
    screen.clear();
    warn(text);
    if (writer) writer->append_note(text);
  };
  return listener;
}

SessionOptions session_options(const Commands& commands, const TrainOptions& options,
                               const std::vector<std::string>& command, const Trainer& trainer) {
  SessionOptions session;
  session.store_url = commands.store_url();
  session.name = options.name.empty() ? options.network : options.name;
  session.environment.command = command;
  session.environment.workload = trainer.workload();
  session.environment.versions = workload_versions();
  session.environment.tags = tags_of(options.tags);
  return session;
}

void conclude(const Session& session, const Run& run, const TrainOptions& options,
              const std::string& store_url) {
  if (session.joined()) {
    if (!options.quiet) inform("erg: part of the run " + run.header.id.text() + "\n");
    return;
  }
  if (options.json) {
    print(run_json(run));
    return;
  }
  const std::string id = run.header.id.text().substr(0, 8);
  print("\n" + run_text(run, stdout_style()));
  print("\nrun " + id + " in " + store_url + "; look again: erg runs show " + id + "\n");
}

int exit_status(const TrainingOutcome& outcome, const Interrupts& interrupts) {
  return outcome.stopped ? 128 + interrupts.signal() : 0;
}

int train_only(Trainer& trainer, const TrainingOptions& training, TrainingScreen& screen,
               const Interrupts& interrupts) {
  const auto outcome =
      trainer.train(nullptr, listener_of(screen, training, nullptr), interrupts.token());
  screen.clear();
  return exit_status(outcome, interrupts);
}

int train(const Commands& commands, const TrainOptions& options,
          const std::vector<std::string>& command) {
  const TrainingOptions training = training_options(options);
  tags_of(options.tags);
  const Interrupts interrupts;
  std::optional<std::filesystem::path> folder;
  if (!options.data_dir.empty()) folder = options.data_dir;
  const DataSet data = load_data_set(options.data, data_places(folder));
  Trainer trainer{network_for(options, data), data, training};
  TrainingScreen screen{options.quiet};
  if (options.no_measure) return train_only(trainer, training, screen, interrupts);

  Session session{session_options(commands, options, command, trainer)};
  for (const auto& note : session.notes()) warn(note);
  TrainingOutcome outcome;
  try {
    outcome = trainer.train(&session.spans(), listener_of(screen, training, &session.writer()),
                            interrupts.token(), span_device(session, trainer));
  } catch (...) {
    screen.clear();
    session.finish(RunStatus::failed, 1);
    throw;
  }
  screen.clear();
  if (outcome.skipped_steps > 0) {
    session.writer().append_note(
        fmt::format("fp16: {} of {} steps were skipped, a gradient was not finite",
                    outcome.skipped_steps, outcome.steps));
  }
  if (outcome.peak_device_bytes) {
    session.writer().append_note(
        fmt::format("at most {} bytes of device memory were taken", *outcome.peak_device_bytes));
  }
  const int status = exit_status(outcome, interrupts);
  const Run run =
      session.finish(outcome.stopped ? RunStatus::interrupted : RunStatus::finished, status);
  conclude(session, run, options, session.store().url());
  if (outcome.stopped) {
    inform(fmt::format("erg: stopped after step {}: what was measured is stored\n", outcome.steps));
  }
  return status;
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
