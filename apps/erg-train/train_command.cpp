// SPDX-License-Identifier: Apache-2.0
#include "train_command.h"

#include <filesystem>
#include <memory>
#include <optional>

#include "console.h"
#include "erg/checkpoint.h"
#include "measured.h"

namespace erg {
namespace {

constexpr const char* kExample =
    "erg train alexnet_thesis --data fashion_mnist --epochs 5\n"
    "  erg train lenet5 --data mnist --device cuda --instrument layers --json\n\n"
    "Ctrl-C ends the training after the step it is in, and keeps what was measured; twice ends it "
    "at once.";

int train(const Commands& commands, const TrainOptions& options,
          const std::vector<std::string>& command) {
  const TrainingOptions training = training_options(options);
  tags_of(options.tags);
  const Interrupts interrupts;
  const DataSet data = data_for(options, options.data);
  Trainer trainer{network_for(options, data), data, training};
  if (!options.resume.empty()) trainer.resume(options.resume);
  return measured(commands, options, command, trainer, interrupts,
                  [&](SpanLog* log, const TrainingListener& listener, std::uint16_t device) {
                    auto outcome = trainer.train(log, listener, interrupts.token(), device);
                    if (!options.save.empty()) trainer.save(options.save);
                    return outcome;
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
