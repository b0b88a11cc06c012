// SPDX-License-Identifier: Apache-2.0
#include "measured.h"

#include <fmt/format.h>

#include "breakdowns.h"
#include "console.h"
#include "erg/json_forms.h"
#include "erg/run_text.h"
#include "session.h"
#include "store_watch.h"

namespace erg {
namespace {

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

// `session` is null where nothing is measured.
TrainingListener listener_of(TrainingScreen& screen, std::int64_t epochs, Session* session) {
  RunWriter* const writer = session ? &session->writer() : nullptr;
  TrainingListener listener;
  listener.progress = [&screen, watch = StoreWatch{session}](const TrainingProgress& now) mutable {
    screen.show(now);
    if (const auto news = watch.news()) {
      screen.clear();
      warn(*news);
    }
  };
  listener.epoch = [&screen, epochs, writer](const EpochResult& result) {
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

void conclude(const Session& session, Run& run, const TrainOptions& options,
              const std::string& store_url) {
  if (session.joined()) {
    if (options.json) {
      run.breakdowns = usual_breakdowns(run);  // as far as it went; its owner stores its own
      print(run_json(run));
    } else if (!options.quiet) {
      inform("erg: part of the run " + run.header.id.text() + "\n");
    }
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

void note_outcome(RunWriter& writer, const TrainingOutcome& outcome) {
  if (outcome.skipped_steps > 0) {
    writer.append_note(fmt::format("fp16: {} of {} steps were skipped, a gradient was not finite",
                                   outcome.skipped_steps, outcome.steps));
  }
  if (outcome.peak_device_bytes) {
    writer.append_note(
        fmt::format("at most {} bytes of device memory were taken", *outcome.peak_device_bytes));
  }
}

}  // namespace

int measured(const Commands& commands, const TrainOptions& options,
             const std::vector<std::string>& command, Trainer& trainer,
             const Interrupts& interrupts, const Work& work, const std::function<void()>& keep) {
  TrainingScreen screen{options.quiet};
  const std::int64_t epochs = options.training.epochs;
  if (options.no_measure) {
    const auto outcome = work(nullptr, listener_of(screen, epochs, nullptr), kNoDevice);
    screen.clear();
    if (keep) keep();
    return exit_status(outcome, interrupts);
  }
  Session session{session_options(commands, options, command, trainer)};
  for (const auto& note : session.notes()) warn(note);
  TrainingOutcome outcome;
  try {
    outcome = work(&session, listener_of(screen, epochs, &session), span_device(session, trainer));
  } catch (...) {
    screen.clear();
    session.finish(RunStatus::failed, 1);
    throw;
  }
  screen.clear();
  note_outcome(session.writer(), outcome);
  int status = exit_status(outcome, interrupts);
  try {
    if (keep) keep();
  } catch (const std::exception& failure) {
    warn(failure.what());
    session.writer().append_note(failure.what());
    if (status == 0) status = 1;
  }
  Run run = session.finish(outcome.stopped ? RunStatus::interrupted : RunStatus::finished, status);
  conclude(session, run, options, session.store().url());
  if (outcome.stopped) {
    inform(fmt::format("erg: stopped after step {}: what was measured is stored\n", outcome.steps));
  }
  return status;
}

}  // namespace erg
