// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "erg/collective.h"
#include "erg/rank_place.h"
#include "session.h"
#include "train_options.h"

namespace erg {

// What of the command line is this rank's: rank 0 speaks for all, and each has a card of its own.
// Throws UsageError for what several ranks cannot do.
TrainOptions options_of_rank(TrainOptions options, const RankPlace& place);

// The run of all ranks: rank 0 begins it (or joins the `erg run` it is under), the others join.
// Every rank calls it. Throws StoreError.
std::unique_ptr<Session> begin_together(SessionOptions options,
                                        const std::optional<std::string>& gpu, Collective& ranks);

// Ends the run: rank 0, whose end is the run's, comes after all others; and none leaves before,
// since a launcher ends them all when one does. Null `ranks`: alone.
Run finish_together(Session& session, RunStatus status, int exit_status, Collective* ranks);

}  // namespace erg
