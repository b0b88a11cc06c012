// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "commands.h"
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

// Does the work as a run of its own (or as a part of the one that ERG_RUN names) and says what came
// of it; without measuring where the options say so. `keep`, where there is one, is for what is
// left to do with the trained network: when it throws, the run ends all the same. Gives the exit
// status.
int measured(const Commands& commands, const TrainOptions& options,
             const std::vector<std::string>& command, Trainer& trainer,
             const Interrupts& interrupts, const Work& work,
             const std::function<void()>& keep = {});

}  // namespace erg
