// SPDX-License-Identifier: Apache-2.0
#include "train_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "console.h"
#include "erg/checkpoint.h"
#include "measured.h"
#include "profiler.h"

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
  Profiler profiler{session, profiled_device(session, trainer.gpu_uuid()),
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
}

// Before hours of work: whether a checkpoint can be written here, as far as one can tell.
void must_be_writable(const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path{"."};
  const std::string tried = "--save " + path.string() + ": ";
  if (fs::is_directory(path, error)) throw UsageError{tried + "it is a folder, not a file"};
  if (!fs::is_directory(folder, error)) {
    throw std::runtime_error{tried + "there is no folder " + folder.string() + ": make it first"};
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw std::runtime_error{tried + "cannot write in " + folder.string() + ": name another place"};
  }
}

int train(const Commands& commands, const TrainOptions& options,
          const std::vector<std::string>& command) {
  const TrainingOptions training = training_options(options);
  const bool profiled = profile_request(options).time > Seconds{0};
  tags_of(options.tags);
  if (!options.save.empty()) must_be_writable(options.save);
  const Interrupts interrupts;
  const DataSet data = data_for(options, options.data);
  Trainer trainer{network_for(options, data), data, training};
  if (!options.resume.empty()) trainer.resume(options.resume);
  return measured(
      commands, options, command, trainer, interrupts,
      [&](Session* session, const TrainingListener& listener, std::uint16_t device) {
        if (session && profiled) check_measured(*session, trainer.gpu_uuid());
        auto outcome = trainer.train(session ? &session->spans() : nullptr, listener,
                                     interrupts.token(), device);
        if (session && profiled && !outcome.stopped) {
          profile(*session, trainer, options, interrupts.token());
        }
        return outcome;
      },
      [&] {
        if (!options.save.empty()) trainer.save(options.save);
      });
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
