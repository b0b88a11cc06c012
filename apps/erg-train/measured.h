// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "commands.h"
#include "erg/collective.h"
#include "erg/store.h"
#include "erg/trainer.h"
#include "interrupts.h"
#include "session.h"
#include "train_options.h"
#include "training_screen.h"

namespace erg {

// What is done with a trainer while it is measured.
// `session` is null where nothing is measured.
using Work = std::function<TrainingOutcome(Session* session, const TrainingListener& listener,
                                           std::uint16_t span_device)>;

// What is done before the work and after it; what is empty is not called.
struct Around {
  // Before the run begins, and not where nothing is measured: what it throws leaves no run.
  std::function<void(const Store&, std::span<const Device>)> check;
  // What is left to do with the trained network. When it throws, the run ends all the same.
  std::function<void()> keep;
  std::function<std::string(const Run&)> text;  // behind what is said of any run
  std::function<std::string(const Run&)> json;  // instead of it
  std::function<void(const Run&)> after;        // when all was said
};

// Does the work as a run of its own (or as a part of the one that ERG_RUN names) and says what came
// of it; without measuring where the options say so. Null `ranks`: alone; else every rank calls it.
// Gives the exit status.
int measured(const Commands& commands, const TrainOptions& options,
             const std::vector<std::string>& command, Trainer& trainer,
             const Interrupts& interrupts, Collective* ranks, const Work& work,
             const Around& around = {});

}  // namespace erg
