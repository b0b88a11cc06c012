// SPDX-License-Identifier: Apache-2.0
#include "measured.h"

#include <fmt/format.h>

#include "breakdowns.h"
#include "console.h"
#include "erg/full_run.h"
#include "erg/json_forms.h"
#include "erg/run_text.h"
#include "ranks.h"
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
TrainingListener listener_of(TrainingScreen& screen, const TrainOptions& options,
                             Session* session) {
  RunWriter* const writer = session ? &session->writer() : nullptr;
  TrainingListener listener;
  if (options.follows) return listener;
  const std::int64_t epochs = options.training.epochs;
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
              const std::string& store_url, const Around& around) {
  if (session.joined()) {
    if (options.json) {
      run.breakdowns = usual_breakdowns(run);  // as far as it went; its owner stores its own
      print(around.json ? around.json(run) : run_json(run));
    } else if (!options.quiet) {
      inform("erg: part of the run " + run.header.id.text() + "\n");
    }
    return;
  }
  if (options.json) {
    print(around.json ? around.json(run) : run_json(run));
    return;
  }
  const std::string id = run.header.id.text().substr(0, 8);
  print("\n" + run_text(run, stdout_style()));
  if (around.text) print("\n" + around.text(run));
  print("\nrun " + id + " in " + store_url + "; look again: erg runs show " + id + "\n");
}

int exit_status(const TrainingOutcome& outcome, const Interrupts& interrupts) {
  if (!outcome.stopped) return 0;
  return 128 + (interrupts.signal() != 0 ? interrupts.signal() : SIGTERM);  // another rank's
}

// Says it first: the launcher may leave less than a second.
void end_without_the_others(Session& session, const RankLost& lost, const Collective& ranks) {
  inform(fmt::format("\nerg: rank {} of {}: {}; it ends here, and keeps what was measured\n",
                     ranks.rank(), ranks.size(), lost.what()));
  session.writer().append_note(lost.what());
  session.finish(RunStatus::failed, 1);
}

// By which the whole training can be extrapolated from what ran.
void tag_outcome(Session& session, const TrainingOutcome& outcome) {
  if (!outcome.cut_short) return;
  Environment environment = session.environment();
  environment.tags[kMaxStepsTag] = std::to_string(outcome.steps);
  if (outcome.tests > 0) environment.tags[kTestsTag] = fmt::format("{:.6g}", outcome.tests);
  session.set_environment(std::move(environment));
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
             const Interrupts& interrupts, Collective* ranks, const Work& work,
             const Around& around) {
  TrainingScreen screen{options.quiet, options.max_steps};
  if (options.no_measure) {
    const auto outcome = work(nullptr, listener_of(screen, options, nullptr), kNoDevice);
    screen.clear();
    if (around.keep) around.keep();
    if (ranks) any(*ranks, false);  // none leaves while another still works
    return exit_status(outcome, interrupts);
  }
  auto wanted = session_options(commands, options, command, trainer);
  wanted.check = around.check;
  const auto begun = ranks ? begin_together(std::move(wanted), trainer.gpu_uuid(), *ranks)
                           : std::make_unique<Session>(std::move(wanted));
  Session& session = *begun;
  if (!options.follows) {
    for (const auto& note : session.notes()) warn(note);
  }
  screen.energy_from([&session] { return session.energy_so_far(); });
  TrainingOutcome outcome;
  try {
    outcome = work(&session, listener_of(screen, options, &session), span_device(session, trainer));
  } catch (const RankLost& lost) {
    screen.clear();
    end_without_the_others(session, lost, *ranks);
    throw;
  } catch (...) {
    screen.clear();
    session.finish(RunStatus::failed, 1);
    throw;
  }
  screen.clear();
  note_outcome(session.writer(), outcome);
  if (!options.follows) tag_outcome(session, outcome);
  int status = exit_status(outcome, interrupts);
  try {
    if (around.keep) around.keep();
  } catch (const std::exception& failure) {
    warn(failure.what());
    session.writer().append_note(failure.what());
    if (status == 0) status = 1;
  }
  Run run = finish_together(session, outcome.stopped ? RunStatus::interrupted : RunStatus::finished,
                            status, ranks);
  if (options.follows) return status;
  conclude(session, run, options, session.store().url(), around);
  if (around.after) around.after(run);
  if (outcome.stopped) {
    inform(fmt::format("erg: stopped after step {}: what was measured is stored\n", outcome.steps));
  }
  return status;
}

}  // namespace erg
