// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cap_runner.h"
#include "cap_sweeps.h"
#include "child_process.h"
#include "console.h"
#include "erg/file_writer.h"
#include "erg/json_forms.h"
#include "erg/numbers.h"
#include "erg/run_text.h"
#include "erg/store.h"
#include "number_checks.h"
#include "output_file.h"
#include "part_name.h"
#include "replay.h"
#include "session.h"
#include "store_watch.h"
#include "subcommands.h"
#include "tags.h"

namespace erg {
namespace {

constexpr int kNotFound = 127;
constexpr int kNotExecutable = 126;

struct RunOptions {
  std::string name;
  std::vector<std::string> tags;
  bool all_gpus = false;
  std::string replay;
  double cap_w = 0;
  double clock_mhz = 0;
  std::string cap_device;
  bool json = false;
  std::string json_file;
  bool quiet = false;
  bool end_with_parent = false;
};

// A signal by which somebody stops a command, or the status by which a program tells of one.
RunStatus status_of(const ChildEnd& end) {
  if (end.exit_status == 0) return RunStatus::finished;
  constexpr std::array kStopped{128 + SIGHUP, 128 + SIGINT, 128 + SIGTERM};
  return std::ranges::find(kStopped, end.exit_status) != kStopped.end() ? RunStatus::interrupted
                                                                        : RunStatus::failed;
}

// Of a word with a slash that names something which is no program.
bool is_there(const std::string& word) {
  std::error_code unknown;
  return word.find('/') != std::string::npos && std::filesystem::exists(word, unknown);
}

int no_program(const std::string& word) {
  if (is_there(word)) {
    inform("erg: cannot run '" + plain_text(word) + "': it is there, but not executable\n");
    return kNotExecutable;
  }
  inform("erg: there is no command '" + plain_text(word) +
         "' in the folders of PATH: is it installed, or is a path to it wanted?\n");
  return kNotFound;
}

std::string why_not_started(const std::string& program, int error) {
  if (error == ENOENT || error == ENOTDIR || error == EACCES) {
    const std::string interpreter = interpreter_of(program);
    if (!interpreter.empty()) {
      return "its interpreter '" + plain_text(interpreter) + "': " + std::strerror(error);
    }
  }
  return std::strerror(error);
}

void report(const Run& run, Session& session, const RunOptions& options) {
  if (!options.json_file.empty()) replace_file(options.json_file, run_json(run));
  if (options.json) {
    inform(run_json(run));
    return;
  }
  if (options.quiet) return;
  const std::string id = run.header.id.text().substr(0, 8);
  inform("\n" + run_text(run, stderr_style()));
  for (const auto& part : run.parts) {
    for (const auto& note : part.notes) {
      // How it was measured is for those who look at the run.
      if (std::ranges::find(session.remarks(), note) != session.remarks().end()) continue;
      if (is_note_of_name(note)) continue;
      inform("warning: " + plain_text(note) + "\n");
    }
  }
  inform("\nrun " + id + " in " + session.store().url() + "; look again: erg runs show " + id +
         "\n");
}

// Waits for a signal that ends a run, which must be blocked. False where none came.
bool signalled_within(const sigset_t& signals, Nanoseconds time) {
  const timespec timeout{static_cast<time_t>(time.count() / 1'000'000'000),
                         static_cast<long>(time.count() % 1'000'000'000)};
  return ::sigtimedwait(&signals, nullptr, &timeout) >= 0;
}

// A stored run through the whole program once more: sampled as long as it took, stored as a run.
int replay(const Commands& commands, const RunOptions& options) {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before there are threads
  const auto store = store_of(commands);
  const Replay recording{store->load(store->find(options.replay))};
  SessionOptions session_options;
  session_options.store_url = commands.store_url();
  session_options.name = options.name.empty() ? recording.header().name : options.name;
  session_options.sensors = [&] { return recording.sensors_from_zero(); };
  Session session{session_options};
  Environment environment = recording.environment();
  environment.tags["replay_of"] = recording.header().id.text();
  for (const auto& [tag, value] : parse_tags(options.tags)) environment.tags[tag] = value;
  session.set_environment(std::move(environment));
  inform("replaying " + text(Seconds{recording.length()}) + " of " +
         plain_text(recording.header().name) + " ...\n");
  const Nanoseconds left = recording.length() - session.clock().now().time_since_epoch();
  const bool stopped = signalled_within(signals, std::max(left, Nanoseconds{0}));
  if (!stopped) recording.add_to(session);
  const int status = stopped ? 130 : 0;
  const Run run = session.finish(stopped ? RunStatus::interrupted : RunStatus::finished, status);
  report(run, session, options);
  return status;
}

// The command's own status, whatever becomes of the measurement.
int measure(const Commands& commands, const std::vector<std::string>& command,
            const RunOptions& options) {
  if (command.empty() && !options.replay.empty()) return replay(commands, options);
  if (command.empty()) throw UsageError{"no command: erg run -- COMMAND"};
  const auto program = find_program(command.front());
  if (!program) return no_program(command.front());
  if (!options.json_file.empty()) must_be_writable("--json-file", options.json_file);
  if (options.end_with_parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() == 1) return 128 + SIGTERM;  // it ended before we could ask
  }
  // Its guard is a fork of this process: before sensors and threads.
  std::unique_ptr<PowerLimiter> limiter;
  CapCard card;
  if (options.cap_w > 0 && options.clock_mhz > 0) throw UsageError{"--cap or --clock, not both"};
  const CapKind kind = options.clock_mhz > 0 ? CapKind::clock : CapKind::power;
  const Watts cap{kind == CapKind::clock ? options.clock_mhz : options.cap_w};
  if (cap > Watts{0}) {
    card = card_to_cap(options.cap_device, kind);
    must_be_in_range(card, cap);
    limiter = hold_cap(card, cap);
  }
  SessionOptions session_options;
  session_options.store_url = commands.store_url();
  session_options.name = options.name;
  session_options.all_gpus = options.all_gpus;
  session_options.environment.command = command;
  session_options.environment.tags = parse_tags(options.tags);
  if (limiter) {
    session_options.environment.tags.emplace(tag_of(kind), cap_word(cap));
    session_options.environment.tags.emplace(kCapDeviceTag, card.device);
  }

  std::optional<Replay> recording;
  if (!options.replay.empty()) {
    const auto store = store_of(commands);
    recording.emplace(store->load(store->find(options.replay)));
    session_options.sensors = [&] { return recording->sensors(); };
  }

  ChildProcess child;
  Session session{session_options};
  SpanLog& spans = session.spans();
  const SpanIndex span = spans.open(spans.intern(command.front()), SpanKind::run);
  const int error = child.start(*program, command, kRunTicketVariable, session.ticket().text());
  if (error != 0) {
    spans.close(span);
    session.finish(RunStatus::failed, kNotExecutable);
    if (!session.joined()) session.store().remove(session.run());  // nothing ran
    inform("erg: cannot run '" + plain_text(*program) + "': " + why_not_started(*program, error) +
           "\n");
    return kNotExecutable;
  }
  StoreWatch watch{&session};
  const ChildEnd end = child.wait([&watch] {
    if (const auto news = watch.news()) warn(*news);
  });
  spans.close(span);
  try {
    const Run run = session.finish(status_of(end), end.exit_status);
    if (session.joined()) {
      if (!options.quiet) inform("erg: part of the run " + run.header.id.text() + "\n");
    } else {
      report(run, session, options);
    }
  } catch (const std::exception& failure) {
    warn(std::string{"the command ended, but its measurement is not complete: "} + failure.what());
  }
  return end.exit_status;
}

}  // namespace

void add_run(Commands& commands, const std::vector<std::string>& measured) {
  const auto options = std::make_shared<RunOptions>();
  auto& run = commands.add(
      "run", "Measure any command, given behind --: its energy by device, stored as a run",
      "erg run --name sorting --tag machine=lab3 -- sort -n numbers.txt\n\n"
      "The command keeps its standard output and its exit status (127: not found, 126: not "
      "executable, 128 + n: ended by signal n).\nWhat erg says goes to standard error.",
      [&commands, &measured, options] { return measure(commands, measured, *options); });
  run.add_option("-n,--name", options->name, "What to call the run (default: the command)");
  run.add_option("-t,--tag", options->tags, "A tag to store with it; may be given again")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  run.add_option("--cap", options->cap_w, "Under this power cap, given back at the end")
      ->check(more_than(0))
      ->type_name("WATTS");
  run.add_option("--clock", options->clock_mhz,
                 "With the SM clock locked, where power cannot be capped; unlocked at the end")
      ->check(more_than(0))
      ->type_name("MHZ");
  run.add_option("--cap-device", options->cap_device,
                 "--cap, --clock: which card, where there are several");
  run.add_option("--replay", options->replay,
                 "In the place of sensors: what they read in this stored run; without COMMAND as "
                 "long as it took, with its spans")
      ->type_name("RUN");
  run.add_flag("--all-gpus", options->all_gpus,
               "Also the GPUs that CUDA_VISIBLE_DEVICES leaves out");
  run.add_flag("--json", options->json, "Say the result as JSON, on standard error");
  run.add_option("--json-file", options->json_file,
                 "Write the result as JSON into this file, apart from all that the command says")
      ->type_name("FILE");
  // Of a sweep: a run that goes on after its cap was given back is one under no cap.
  run.add_flag("--end-with-parent", options->end_with_parent)->group("");
  run.add_flag("-q,--quiet", options->quiet, "Say nothing at the end");
}

}  // namespace erg
