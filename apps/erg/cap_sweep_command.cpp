// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "cap_runner.h"
#include "cap_sweep_report.h"
#include "cap_sweeps.h"
#include "cap_text.h"
#include "child_process.h"
#include "console.h"
#include "erg/cap_choice.h"
#include "erg/cap_model.h"
#include "erg/numbers.h"
#include "erg/open_store.h"
#include "number_checks.h"
#include "subcommands.h"

namespace erg {
namespace {

struct SweepOptions {
  std::vector<double> caps_w;
  std::vector<double> clocks_mhz;
  bool lock_clocks = false;
  int count = 0;
  bool adaptive = false;
  int repeats = 3;
  std::uint64_t seed = 1;
  std::string device;
  std::string name;
  bool resume = false;
  bool json = false;
};

// One run of a sweep that is to be done.
struct Cell {
  Watts cap;
  int repeat;
};

std::vector<Watts> evenly(const CapCard& card, int count) {
  std::vector<Watts> caps;
  for (int i = 0; i < count; ++i) {
    const double share = static_cast<double>(i) / std::max(1, count - 1);
    caps.push_back(Watts{std::round((card.max - share * (card.max - card.min)).value())});
  }
  std::ranges::sort(caps);
  return caps;
}

std::vector<Watts> caps_of(const SweepOptions& options, const CapCard& card) {
  constexpr int kUsual = 8, kFine = 11;
  const auto& given = card.kind == CapKind::clock ? options.clocks_mhz : options.caps_w;
  if (given.empty()) {
    return evenly(card, options.count > 0 ? options.count : options.adaptive ? kFine : kUsual);
  }
  std::vector<Watts> caps;
  for (const double level : given) {
    must_be_in_range(card, Watts{level});
    caps.push_back(Watts{card.kind == CapKind::clock ? std::round(level) : level});
  }
  std::ranges::sort(caps);
  caps.erase(std::unique(caps.begin(), caps.end()), caps.end());
  return caps;
}

// Power where it can be capped, unless clocks are asked for; else clocks, unless watts are.
CapCard card_of(const SweepOptions& options) {
  const bool given = !options.caps_w.empty() || !options.clocks_mhz.empty();
  if (given + (options.count > 0) + options.adaptive > 1 ||
      (!options.caps_w.empty() && !options.clocks_mhz.empty())) {
    throw UsageError{"one of --caps, --clocks, --count and --adaptive"};
  }
  if (options.lock_clocks && !options.caps_w.empty()) {
    throw UsageError{"--caps are of power: --clocks names clocks"};
  }
  const bool clocks = options.lock_clocks || !options.clocks_mhz.empty();
  if (clocks || given) {
    return card_to_cap(options.device, clocks ? CapKind::clock : CapKind::power);
  }
  if (auto card = find_card_to_cap(options.device, CapKind::power)) return *std::move(card);
  if (auto card = find_card_to_cap(options.device, CapKind::clock)) {
    inform("the card tells no power limit: its SM clock is locked instead\n");
    return *std::move(card);
  }
  return card_to_cap(options.device, CapKind::power);  // says why not
}

// A sweep while it happens.
class Sweep {
 public:
  Sweep(const Commands& commands, const SweepOptions& options,
        const std::vector<std::string>& command)
      : options_{options}, command_{command}, store_url_{store_url_of(commands)} {}

  int run();

 private:
  void name_it();
  std::set<std::pair<std::string, int>> done() const;
  bool run_all(std::vector<Cell> cells);
  bool run_one(const Cell& cell);
  bool adapt(const std::vector<Watts>& levels);
  bool give_back();
  std::vector<Cell> cells_of(const std::vector<Watts>& caps) const;

  const SweepOptions& options_;
  const std::vector<std::string>& command_;
  const std::string store_url_;
  SweepEnd end_;
  CapCard card_;
  std::unique_ptr<PowerLimiter> limiter_;
};

void Sweep::name_it() {
  end_.name = options_.name;
  if (end_.name.empty()) {
    const auto& program = command_.front();
    end_.name = "sweep " + program.substr(program.find_last_of('/') + 1);
  }
  const auto store = open_store(store_url_);
  const auto there = find_tagged(*store, {{cap_tag::kSweep, end_.name}});
  if (there && !there->tags.contains(tag_of(card_.kind))) {
    throw UsageError{fmt::format("the sweep '{}' is one of {}: --name NAME makes another",
                                 plain_text(end_.name),
                                 card_.kind == CapKind::clock ? "power caps" : "clocks")};
  }
  if (there && !options_.resume) {
    throw UsageError{
        fmt::format("there is a sweep '{}': --resume goes on with it, --name NAME makes another",
                    plain_text(end_.name))};
  }
}

// What finished before, by cap and repetition.
std::set<std::pair<std::string, int>> Sweep::done() const {
  std::set<std::pair<std::string, int>> found;
  for (const auto& run : open_store(store_url_)->list()) {
    const auto sweep = run.tags.find(cap_tag::kSweep);
    const auto cap = run.tags.find(tag_of(card_.kind));
    const auto repeat = run.tags.find(cap_tag::kRepeat);
    if (sweep == run.tags.end() || sweep->second != end_.name || cap == run.tags.end() ||
        repeat == run.tags.end() || run.status != RunStatus::finished) {
      continue;
    }
    found.emplace(cap->second, std::atoi(repeat->second.c_str()));
  }
  return found;
}

std::vector<Cell> Sweep::cells_of(const std::vector<Watts>& caps) const {
  const auto before = done();
  std::vector<Cell> cells;
  for (const Watts cap : caps) {
    for (int repeat = 1; repeat <= options_.repeats; ++repeat) {
      if (!before.contains({cap_word(cap), repeat})) cells.push_back({cap, repeat});
    }
  }
  return cells;
}

// False when the user ended it. A cap that cannot be set is told, and the sweep goes on.
bool Sweep::run_one(const Cell& cell) {
  try {
    set_cap(*limiter_, card_.kind, cell.cap);
  } catch (const LimitRefused& refused) {
    end_.failures.push_back({cell.cap, cell.repeat, -1, words_of(refused)});
    warn(fmt::format("{}: {}", cap_text(card_.kind, cell.cap), end_.failures.back().words));
    return true;
  }
  const int status = run_measured(
      store_url_, fmt::format("{} {}", end_.name, cap_text(card_.kind, cell.cap)), card_.device,
      {{cap_tag::kSweep, end_.name},
       {tag_of(card_.kind), cap_word(cell.cap)},
       {cap_tag::kRepeat, std::to_string(cell.repeat)},
       {kCapDeviceTag, card_.device}},
      command_);
  if (ended_by_user(status)) return false;
  if (status != 0) {
    end_.failures.push_back(
        {cell.cap, cell.repeat, status, fmt::format("the command ended with {}", status)});
    warn(fmt::format("{}, repetition {}: {}; the sweep goes on", cap_text(card_.kind, cell.cap),
                     cell.repeat, end_.failures.back().words));
  }
  return true;
}

bool Sweep::run_all(std::vector<Cell> cells) {
  std::mt19937_64 random{options_.seed};
  std::ranges::shuffle(cells, random);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    inform(fmt::format("{}/{}: {}, repetition {}\n", i + 1, cells.size(),
                       cap_text(card_.kind, cells[i].cap), cells[i].repeat));
    if (!run_one(cells[i])) return false;
  }
  return true;
}

// Four probes, then the level that the model says is best, until that one is measured.
bool Sweep::adapt(const std::vector<Watts>& levels) {
  constexpr int kMostMore = 4;
  if (!run_all(cells_of(probe_caps(levels, 4)))) return false;
  for (int i = 0; i < kMostMore; ++i) {
    const auto sweeps = stored_sweeps(*open_store(store_url_), {end_.name}, true);
    if (sweeps.size() != 1) return true;  // too little succeeded: the report says so
    const auto choice = choose_cap(CapModel{sweeps.front().curve}.at(levels), {});
    const auto cells = cells_of({choice->point.cap});
    if (cells.empty()) return true;
    if (!run_all(cells)) return false;
  }
  return true;
}

// Where the driver refuses, what was measured is worth its report all the same.
bool Sweep::give_back() {
  try {
    limiter_->give_back();
    return true;
  } catch (const LimitRefused& refused) {
    warn("what was found is not given back yet, the next erg tries again: " + words_of(refused));
    return false;
  }
}

int Sweep::run() {
  if (command_.empty()) throw UsageError{"no command: erg cap sweep -- COMMAND"};
  if (!find_program(command_.front())) {
    throw UsageError{"there is no command '" + plain_text(command_.front()) + "'"};
  }
  card_ = card_of(options_);
  end_.device = card_.device;
  end_.kind = card_.kind;
  const auto caps = caps_of(options_, card_);
  name_it();
  limiter_ = hold_cap(card_, caps.back());  // without the right nothing is worth running
  end_.interrupted = !(options_.adaptive ? adapt(caps) : run_all(cells_of(caps)));
  const bool given_back = give_back();
  report_sweep(*open_store(store_url_), end_, options_.json);
  return end_.interrupted ? 130 : end_.failures.empty() && given_back ? 0 : 1;
}

// Which caps, or clocks.
void add_levels(CLI::App& command, SweepOptions& options) {
  command.add_option("--caps", options.caps_w, "These caps, in watts: 150,200,250")
      ->delimiter(',')
      ->check(more_than(0))
      ->type_name("W,W,...");
  command
      .add_option("--clocks", options.clocks_mhz,
                  "Lock the SM clock at these instead, in MHz: for cards without power caps")
      ->delimiter(',')
      ->check(more_than(0))
      ->type_name("MHZ,MHZ,...");
  command.add_flag("--lock-clocks", options.lock_clocks,
                   "Lock the SM clock instead, with --count or --adaptive");
  command.add_option("--count", options.count, "So many caps, evenly over the card's range")
      ->check(CLI::Range(2, 200))
      ->type_name("N");
  command.add_flag("--adaptive", options.adaptive,
                   "Four caps, then where the model expects the least energy");
}

}  // namespace

void add_cap_sweep(Commands& commands, CLI::App& group, const std::vector<std::string>& measured) {
  const auto options = std::make_shared<SweepOptions>();
  auto& command = commands.add(
      group, "sweep",
      "Run a command, given behind --, under several caps, in random order and repeated",
      "erg cap sweep --name alexnet --caps 150,200,250,300 --repeats 3 -- python train.py\n\n"
      "Each run is stored with the tags sweep, power_cap_w (or sm_clock_mhz) and repeat. The limit "
      "found before is "
      "given back at the end,\nwhatever happens. A sweep that was interrupted goes on with "
      "--resume.",
      [&commands, &measured, options] {
        return Sweep{commands, *options, measured}.run();
      });
  add_levels(command, *options);
  command.add_option("--repeats", options->repeats, "Runs of each cap")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command.add_option("--seed", options->seed, "Of the order")->capture_default_str();
  command.add_option("--device", options->device, "UUID, the beginning of it, or NVML's index");
  command.add_option("-n,--name", options->name, "Of the sweep (default: from the command)");
  command.add_flag("--resume", options->resume, "Go on with the sweep of this name");
  command.add_flag("--json", options->json, "As JSON");
}

}  // namespace erg
