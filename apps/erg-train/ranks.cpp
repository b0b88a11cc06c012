// SPDX-License-Identifier: Apache-2.0
#include "ranks.h"

#include <charconv>
#include <sstream>

#include "console.h"
#include "erg/device_load.h"

namespace erg {
namespace {

std::string text_of(const HostClock& clock) {
  std::ostringstream text;
  text << clock.monotonic_zero().count() << ' ' << clock.started().time_since_epoch().count() << ' '
       << clock.identity();
  return text.str();
}

// The clock that another rank told of, where it is one of this host.
std::optional<HostClock> shared_clock(const std::string& told) {
  std::istringstream text{told};
  std::int64_t zero = 0;
  std::int64_t started = 0;
  std::string identity;
  text >> zero >> started >> std::ws;
  std::getline(text, identity);
  const HostClock clock{Nanoseconds{zero}, UtcTime{UtcTime::duration{started}}};
  if (clock.identity() != identity) return std::nullopt;
  return clock;
}

constexpr std::string_view kOutside = "outside ";

// What rank 0 tells of the run it began.
std::string invitation(const Session& session) {
  return (session.joined() ? std::string{kOutside} : std::string{}) + session.ticket().text();
}

void accept(std::string_view invitation, SessionRank& rank) {
  rank.measured_outside = invitation.starts_with(kOutside);
  if (rank.measured_outside) invitation.remove_prefix(kOutside.size());
  rank.ticket = RunTicket::parse(invitation);
  if (!rank.ticket) throw StoreError{"rank 0 did not tell of its run"};
}

}  // namespace

TrainOptions options_of_rank(TrainOptions options, const RankPlace& place) {
  if (!options.profile.empty()) {
    throw UsageError{"--profile measures one process: not under " + std::to_string(place.size) +
                     " ranks"};
  }
  if (options.training.device == "cuda") {
    // A launcher may have left each rank its own card only.
    const auto cards = cuda_devices();
    const int mine = cards.size() == 1 ? 0 : place.local_rank;
    options.training.device = "cuda:" + std::to_string(mine);
  }
  options.follows = place.rank > 0;
  if (!options.follows) return options;
  options.quiet = true;
  options.json = false;
  options.save.clear();
  return options;
}

std::unique_ptr<Session> begin_together(SessionOptions options,
                                        const std::optional<std::string>& gpu, Collective& ranks) {
  SessionRank mine;
  mine.rank = ranks.rank();
  mine.gpu = gpu;
  const auto clocks = gather(ranks, text_of(mine.clock));
  for (int rank = 0; rank < ranks.size(); ++rank) {
    const auto clock = shared_clock(clocks[static_cast<std::size_t>(rank)]);
    if (!clock) continue;
    mine.clock = *clock;
    mine.leads_host = rank == ranks.rank();
    break;
  }
  std::unique_ptr<Session> session;
  options.environment.tags["ranks"] = std::to_string(ranks.size());
  options.rank = mine;
  if (mine.rank == 0) session = std::make_unique<Session>(options);
  const auto said = gather(ranks, session ? invitation(*session) : "");
  if (session) return session;
  accept(said.front(), *options.rank);
  return std::make_unique<Session>(std::move(options));
}

Run finish_together(Session& session, RunStatus status, int exit_status, Collective* ranks) {
  if (!ranks) return session.finish(status, exit_status);
  const auto meet = [&] {
    try {
      any(*ranks, false);
    } catch (const RankLost& lost) {
      warn(lost.what());
    }
  };
  if (ranks->rank() == 0) {
    meet();
    Run run = session.finish(status, exit_status);
    meet();
    return run;
  }
  Run run = session.finish(status, exit_status);
  meet();
  meet();
  return run;
}

}  // namespace erg
