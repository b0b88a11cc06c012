// SPDX-License-Identifier: Apache-2.0
#include "cap_runner.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "cap_sweeps.h"
#include "child_process.h"
#include "console.h"
#include "erg/numbers.h"
#include "erg/run_ticket.h"

namespace erg {
namespace {

// A card that never comes so near to its cap was not held by it.
constexpr double kNear = 0.95;
// A share of readings below this is chance.
constexpr double kRare = 0.01;
// A card keeps a power limit on average, and a clock to a step or two of its own.
constexpr double kOver = 1.03;

const Timeline* gauge(const Part& part, const std::string& device, std::string_view name) {
  for (const auto& timeline : part.timelines) {
    const Channel& channel = timeline.channel();
    if (channel.device == device && channel.name == name && !timeline.empty()) return &timeline;
  }
  return nullptr;
}

std::optional<double> mean_of(const Timeline* timeline) {
  if (!timeline) return std::nullopt;
  double sum = 0;
  for (std::size_t i = 0; i < timeline->size(); ++i) sum += timeline->value(i);
  return sum / static_cast<double>(timeline->size());
}

std::optional<double> highest_of(const Timeline* timeline) {
  if (!timeline) return std::nullopt;
  double highest = timeline->value(0);
  for (std::size_t i = 1; i < timeline->size(); ++i) {
    highest = std::max(highest, timeline->value(i));
  }
  return highest;
}

std::optional<Watts> highest_power(const Part& part, const std::string& device) {
  std::optional<Watts> highest;
  for (const auto& timeline : part.timelines) {
    const Channel& channel = timeline.channel();
    if (channel.device != device || channel.kind != ChannelKind::windowed_power) continue;
    for (std::size_t i = 0; i < timeline.size(); ++i) {
      const Watts power{timeline.value(i)};
      if (!highest || power > *highest) highest = power;
    }
  }
  return highest;
}

void read_energy(const Run& run, const std::string& device, CapConditions& conditions) {
  for (const auto& breakdown : run.breakdowns) {
    if (breakdown.by == Grouping::run && breakdown.total.time) {
      conditions.time = breakdown.total.time->value;
    }
    if (breakdown.by != Grouping::device) continue;
    for (const auto& row : breakdown.rows) {
      if ((row.device == device || row.name == device) && row.energy) {
        conditions.energy = row.energy->value;
      }
    }
  }
}

// With NVML's index, which counts the cards that are left out here, too.
struct IndexedCard {
  CapCard card;
  unsigned index = 0;
};

std::vector<IndexedCard> cards_of(CapKind kind) {
  std::vector<IndexedCard> cards;
  if (kind == CapKind::power) {
    for (const auto& one : power_limits()) {
      cards.push_back({{kind, one.device, one.name, one.min, one.max}, one.index});
    }
  } else {
    for (const auto& one : clock_limits()) {
      const Watts min{static_cast<double>(std::max(1U, one.min_mhz))};
      const Watts max{static_cast<double>(one.max_mhz)};
      cards.push_back({{kind, one.device, one.name, min, max}, one.index});
    }
  }
  return cards;
}

}  // namespace

const char* tag_of(CapKind kind) {
  return kind == CapKind::clock ? cap_tag::kClock : cap_tag::kCap;
}

std::string cap_word(Watts cap) { return fmt::format("{:.10g}", cap.value()); }

std::optional<CapCard> find_card_to_cap(const std::string& device, CapKind kind) {
  const auto all = cards_of(kind);
  std::string wanted = device;
  if (wanted.empty()) {
    const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
    if (visible && *visible) wanted = visible;
    if (wanted.find(',') != std::string::npos || (wanted.empty() && all.size() > 1)) {
      throw UsageError{
          fmt::format("{} cards: say which one with --device (erg cap show)", all.size())};
    }
    if (wanted.empty() && all.empty()) return std::nullopt;
    if (wanted.empty()) return all.front().card;
  }
  for (const auto& one : all) {
    if (wanted == std::to_string(one.index) || one.card.device.starts_with(wanted)) return one.card;
  }
  return std::nullopt;
}

CapCard card_to_cap(const std::string& device, CapKind kind) {
  if (auto card = find_card_to_cap(device, kind)) return *std::move(card);
  if (kind == CapKind::clock) {
    if (cards_of(kind).empty()) {
      throw std::runtime_error{"no card here tells its SM clocks, so none can be locked"};
    }
  } else if (cards_of(kind).empty() || find_card_to_cap(device, CapKind::clock)) {
    throw std::runtime_error{
        "the card tells no power limit, so it cannot be capped; erg cap sweep --clocks MHZ,MHZ,... "
        "and erg run --clock MHZ lock its SM clock instead"};
  }
  throw UsageError{"there is no card '" + plain_text(device) + "'; erg cap show lists them"};
}

void must_be_in_range(const CapCard& card, Watts cap) {
  if (cap >= card.min && cap <= card.max) return;
  const char* const unit = card.kind == CapKind::clock ? "MHz" : "W";
  throw UsageError{
      fmt::format("a cap of {0:.6g} {1} is outside the range of {2}, {3:.6g} to {4:.6g} {1}",
                  cap.value(), unit, card.name, card.min.value(), card.max.value())};
}

void set_cap(PowerLimiter& limiter, CapKind kind, Watts cap) {
  if (kind == CapKind::clock) {
    limiter.lock_clock(static_cast<unsigned>(std::lround(cap.value())));
  } else {
    limiter.set(cap);
  }
}

std::string words_of(const LimitRefused& refused) {
  const std::string words{refused.what()};
  if (!refused.remedy().empty()) return words + "; " + refused.remedy();
  const bool power = words.find("PowerManagementLimit") != std::string::npos;
  if (power && words.find("NOT_SUPPORTED") != std::string::npos) {
    return words + "; lock its SM clock instead: --clocks MHZ,MHZ,... (erg run: --clock MHZ)";
  }
  return words;
}

std::unique_ptr<PowerLimiter> hold_cap(const CapCard& card, Watts cap) {
  try {
    auto limiter = std::make_unique<PowerLimiter>(card.device);
    set_cap(*limiter, card.kind, cap);
    return limiter;
  } catch (const LimitRefused& refused) {
    throw std::runtime_error{words_of(refused)};
  }
}

int run_measured(const std::string& store_url, const std::string& name, const std::string& device,
                 const std::map<std::string, std::string>& tags,
                 const std::vector<std::string>& command) {
  const std::string self = "/proc/self/exe";
  std::vector<std::string> words{"erg", "run", "--quiet", "--end-with-parent", "--name", name};
  for (const auto& [key, value] : tags) words.insert(words.end(), {"--tag", key + "=" + value});
  words.emplace_back("--");
  words.insert(words.end(), command.begin(), command.end());
  ::unsetenv(kRunTicketVariable);  // each is a run of its own
  ::setenv("CUDA_VISIBLE_DEVICES", device.c_str(), 1);
  ChildProcess child;
  if (const int error = child.start(self, words, "ERG_STORE", store_url); error != 0) {
    throw std::runtime_error{std::string{"cannot start erg run: "} + std::strerror(error)};
  }
  return child.wait().exit_status;
}

bool ended_by_user(int exit_status) {
  return exit_status == 128 + SIGINT || exit_status == 128 + SIGTERM || exit_status == 128 + SIGHUP;
}

std::optional<RunSummary> find_tagged(const Store& store,
                                      const std::map<std::string, std::string>& tags) {
  for (const auto& run : store.list()) {
    const bool all = std::ranges::all_of(tags, [&](const auto& tag) {
      const auto found = run.tags.find(tag.first);
      return found != run.tags.end() && found->second == tag.second;
    });
    if (all) return run;
  }
  return std::nullopt;
}

CapConditions conditions_of(const Run& run, const std::string& device, CapKind kind, Watts cap) {
  CapConditions conditions;
  read_energy(run, device, conditions);
  if (run.parts.empty()) return conditions;
  const Part& part = run.parts.front();
  const Timeline* const clock = gauge(part, device, "sm_clock");
  conditions.sm_clock_hz = mean_of(clock);
  conditions.temperature_c = mean_of(gauge(part, device, "temperature"));
  conditions.power_throttle = mean_of(gauge(part, device, "power_throttle"));
  conditions.heat_throttle = mean_of(gauge(part, device, "heat_throttle"));
  const auto highest = highest_power(part, device);
  if (kind == CapKind::clock) {
    if (!clock) return conditions;
    const double lock_hz = cap.value() * 1e6;
    conditions.binds = *conditions.sm_clock_hz >= kNear * lock_hz;
    conditions.exceeded = *highest_of(clock) > kOver * lock_hz;
    return conditions;
  }
  if (conditions.power_throttle) {
    conditions.binds = *conditions.power_throttle > kRare;
  } else if (highest) {
    conditions.binds = *highest >= kNear * cap;
  }
  if (conditions.energy && conditions.time && conditions.time->count() > 0) {
    conditions.exceeded = *conditions.energy / *conditions.time > kOver * cap;
  }
  return conditions;
}

}  // namespace erg
