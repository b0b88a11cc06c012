// SPDX-License-Identifier: Apache-2.0
#include "study_runner.h"

#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdlib>

#include "console.h"
#include "erg/host_clock.h"
#include "erg/numbers.h"
#include "erg/source_missing.h"
#include "study_plan.h"
#include "study_warm_up.h"

namespace erg {
namespace {

// Renewed four times as often: a dead process' training is taken over a minute later.
constexpr Seconds kLease{60};

std::string host_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::string own_name() { return host_name() + ":" + std::to_string(::getpid()); }

// Whether the process of this name was on this host and is not any more.
bool is_dead(const std::string& owner) {
  const auto colon = owner.rfind(':');
  if (colon == std::string::npos || owner.substr(0, colon) != host_name()) return false;
  pid_t process = 0;
  std::from_chars(owner.data() + colon + 1, owner.data() + owner.size(), process);
  return process > 0 && ::kill(process, 0) != 0 && errno == ESRCH;
}

double now() {
  static const HostClock clock;
  return seconds_since_start(clock.now()).count();
}

}  // namespace

std::string capped_card(const std::string& device) {
  const auto colon = device.find(':');
  const std::string index = colon == std::string::npos ? "0" : device.substr(colon + 1);
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  if (!visible || !*visible) return index;
  std::string_view rest{visible};
  for (int left = std::atoi(index.c_str()); left > 0; --left) {
    const auto comma = rest.find(',');
    if (comma == std::string_view::npos) return index;
    rest.remove_prefix(comma + 1);
  }
  return std::string{rest.substr(0, rest.find(','))};
}

StudyRunner::StudyRunner(const StudyFile& study, Store& store, StudyPlace place)
    : study_{study}, store_{store}, place_{std::move(place)}, owner_{own_name()} {
  add_cells();
}

void StudyRunner::add_cells() {
  std::vector<StudyCell> wanted;
  for (const auto& training : trainings_of(study_)) {
    StudyCell& cell = wanted.emplace_back();
    cell.study = study_.name;
    cell.name = training.name();
    cell.position = std::ssize(wanted) - 1;
    cell.settings = forecast_key(study_, training);
    trainings_.emplace(cell.name, training);
  }
  for (const auto& there : store_.cells(study_.name)) {
    const auto same = std::ranges::find(wanted, there.name, &StudyCell::name);
    if (same != wanted.end() && same->settings == there.settings) continue;
    throw StudyError{fmt::format(
        "the store has a study '{}' {} '{}': give this one another name, or begin it anew with "
        "--restart (its runs stay)",
        study_.name, same == wanted.end() ? "with a training" : "with other settings of",
        there.name)};
  }
  store_.add_cells(wanted);
}

void StudyRunner::free_cells_of_the_dead() {
  for (const auto& cell : store_.cells(study_.name)) {
    if (cell.state == CellState::leased && is_dead(cell.owner)) {
      store_.reopen_cell(study_.name, cell.name);
    }
  }
}

int StudyRunner::run() {
  free_cells_of_the_dead();
  while (user_signal_ == 0 && (place_.most == 0 || taken_ < place_.most)) {
    auto cell = store_.lease_cell(study_.name, owner_, kLease);
    if (cell) {
      if (taken_ > 0 && study_.cool_down > Seconds{0}) {
        show(fmt::format("cooling down for {}", text(study_.cool_down)), false);
        if (!child_.pause(study_.cool_down)) user_signal_ = SIGINT;
        if (user_signal_ == 0 && !store_.renew_lease(*cell, kLease + study_.cool_down)) continue;
      }
      if (user_signal_ == 0) {
        run_cell(std::move(*cell));
      } else {
        store_.end_lease([&] {
          cell->state = CellState::open;
          return *cell;
        }());
      }
    } else if (!wait_for_others()) {
      break;
    }
  }
  return user_signal_ == 0 ? 0 : 128 + user_signal_;
}

// False when there is nobody to wait for.
bool StudyRunner::wait_for_others() {
  free_cells_of_the_dead();
  const auto cells = store_.cells(study_.name);
  const auto held = std::ranges::find(cells, CellState::leased, &StudyCell::state);
  if (held == cells.end()) {
    return std::ranges::any_of(cells,
                               [](const auto& cell) { return cell.state == CellState::open; });
  }
  show("waiting for " + held->owner + ": " + held->name, false);
  if (!child_.pause(Seconds{1})) user_signal_ = SIGINT;
  return true;
}

void StudyRunner::run_cell(StudyCell cell) {
  const auto& training = trainings_.at(cell.name);
  ++taken_;
  StudyResult result;
  std::optional<RunId> run;
  try {
    const auto macs = planned_macs(study_, training);
    const auto end = train(cell, training);
    if (end.cut == CutShort::user) {
      user_signal_ = end.user_signal;
      cell.state = CellState::open;
      store_.end_lease(cell);
      return;
    }
    result = result_of(end, run);
    result.planned_macs = macs;
  } catch (const StudyError& error) {
    result.words = std::string{"impossible: "} + error.what();
  } catch (const LimitRefused& refused) {
    result.words = std::string{"impossible: "} + refused.what();
    if (!refused.remedy().empty()) result.words += "; " + refused.remedy();
  } catch (const SourceMissing& missing) {
    result.words = std::string{"impossible: "} + missing.what();
  }
  result.device = study_.device;
  cell.state = result.outcome == StudyOutcome::failed ? CellState::failed : CellState::done;
  cell.run = run;
  cell.result = to_json(result);
  if (!store_.end_lease(cell)) {
    warn(cell.name + ": its lease had ended and another process has it now; this run counts not");
  }
  if (result.outcome == StudyOutcome::failed) ++failed_;
  std::string said{to_string(result.outcome)};
  if (result.time_s) said += "  " + text(Seconds{*result.time_s});
  if (result.energy_j) said += "  " + text(Joules{*result.energy_j});
  if (!result.words.empty()) said += ": " + result.words;
  show(cell.name + "  " + said, true);
}

bool StudyRunner::renewed(const StudyCell& cell) {
  if (now() - renewed_at_ < kLease.count() / 4) return true;
  renewed_at_ = now();
  try {
    store_.renew_lease(cell, kLease);
  } catch (const StoreError& error) {
    warn(error.what());  // the training goes on: the store may come back before the lease ends
  }
  return true;
}

TrainingEnd StudyRunner::train(const StudyCell& cell, const Training& training) {
  const auto limiter = capped(training);
  renewed_at_ = now();
  ::setenv("ERG_STORE", place_.store_url.c_str(), 1);
  if (!warm_up(cell, training)) {
    TrainingEnd end;
    end.cut = CutShort::user;
    end.user_signal = SIGINT;
    return end;
  }
  auto words = train_words(study_, training);
  words.insert(words.end(), {"--json", "--quiet", "--name", study_.name, "--tag",
                             "study=" + study_.name, "--tag", "study_training=" + cell.name});
  if (training.power_cap_w > 0) {
    words.insert(words.end(), {"--tag", fmt::format("power_cap_w={}", training.power_cap_w)});
  }
  if (training.sm_clock_mhz > 0) {
    words.insert(words.end(), {"--tag", fmt::format("sm_clock_mhz={}", training.sm_clock_mhz)});
  }
  if (limiter) {
    words.insert(words.end(), {"--tag", "power_cap_device=" + limiter->device()});
  }
  show(cell.name, false);
  return child_.run(place_.trainer, std::move(words), study_.time_limit,
                    [&] { return renewed(cell); });
}

// False when the user ended it.
bool StudyRunner::warm_up(const StudyCell& cell, const Training& training) {
  if (study_.warm_up <= Seconds{0}) return true;
  show("warming up: " + cell.name, false);
  WarmUp warm{study_.steady};
  const auto end = child_.run(place_.trainer, WarmUp::words(train_words(study_, training)),
                              study_.warm_up, [&] { return renewed(cell) && !warm.is_steady(); });
  return end.cut != CutShort::user;
}

std::unique_ptr<PowerLimiter> StudyRunner::capped(const Training& training) const {
  if (training.power_cap_w <= 0 && training.sm_clock_mhz <= 0) return nullptr;
  auto limiter = std::make_unique<PowerLimiter>(capped_card(study_.device));
  if (training.power_cap_w > 0) limiter->set(Watts{training.power_cap_w});
  if (training.sm_clock_mhz > 0) {
    limiter->lock_clock(static_cast<unsigned>(std::lround(training.sm_clock_mhz)));
  }
  return limiter;
}

// A bar over all trainings of the study, whoever runs them.
void StudyRunner::show(const std::string& text, bool last) {
  if (place_.quiet) return;
  const bool terminal = stderr_style() == TextStyle::terminal;
  if (!terminal && !last) return;
  const auto cells = store_.cells(study_.name);
  const auto ended = std::ranges::count_if(cells, [](const auto& cell) {
    return cell.state == CellState::done || cell.state == CellState::failed;
  });
  constexpr std::ptrdiff_t kWidth = 24;
  const auto full = cells.empty() ? 0 : ended * kWidth / std::ssize(cells);
  const auto bar = std::string(static_cast<std::size_t>(full), '#') +
                   std::string(static_cast<std::size_t>(kWidth - full), '.');
  if (terminal) inform("\r\x1b[K");
  if (last) inform(fmt::format("{}/{}  {}\n", ended, cells.size(), text));
  if (!terminal) return;
  const auto left =
      taken_ > 0 && ended > 0
          ? fmt::format("  about {} left",
                        erg::text(Seconds{now() / static_cast<double>(taken_) *
                                          static_cast<double>(std::ssize(cells) - ended)}))
          : std::string{};
  inform(fmt::format("[{}] {}/{}{}  {}", bar, ended, cells.size(), left, last ? "" : text));
}

}  // namespace erg
