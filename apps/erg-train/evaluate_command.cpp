// SPDX-License-Identifier: Apache-2.0
#include "evaluate_command.h"

#include <memory>

#include "console.h"
#include "erg/checkpoint.h"
#include "measured.h"
#include "number_checks.h"

namespace erg {
namespace {

constexpr const char* kExample =
    "erg train alexnet_thesis --data fashion_mnist --save alexnet.pt\n"
    "  erg evaluate alexnet.pt --batch 32 --rounds 10 --device cuda";

struct EvaluateOptions {
  std::string checkpoint;
  std::int64_t rounds = 1;
  TrainOptions train;
};

int evaluate(const Commands& commands, EvaluateOptions& options,
             const std::vector<std::string>& command) {
  options.train.training.epochs = options.rounds;
  const TrainingOptions training = training_options(options.train);
  tags_of(options.train.tags);
  const Interrupts interrupts;
  const Checkpoint checkpoint = read_checkpoint(options.checkpoint);
  const DataSet data =
      data_for(options.train, options.train.data.empty() ? checkpoint.data : options.train.data);
  options.train.network = checkpoint.network.name();
  Trainer trainer{checkpoint.network, data, training};
  trainer.load_weights(options.checkpoint);
  return measured(commands, options.train, command, trainer, interrupts,
                  [&](Session* session, const TrainingListener& listener, std::uint16_t device) {
                    return trainer.evaluate(options.rounds, session ? &session->spans() : nullptr,
                                            listener, interrupts.token(), device);
                  });
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
  app.add_option("-r,--rounds", options->rounds, "How many times over all test images")
      ->check(at_least(1))
      ->capture_default_str();
  add_place_options(app, options->train);
}

}  // namespace erg
