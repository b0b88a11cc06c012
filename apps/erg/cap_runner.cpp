// SPDX-License-Identifier: Apache-2.0
#include "cap_runner.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

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

}  // namespace

PowerLimits card_to_cap(const std::string& device) {
  const auto all = power_limits();
  if (all.empty()) {
    throw std::runtime_error{
        "no card here tells its power limit, so none can be capped; erg cap show lists them"};
  }
  std::string wanted = device;
  if (wanted.empty()) {
    const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
    if (visible && *visible) wanted = visible;
    if (wanted.find(',') != std::string::npos || (wanted.empty() && all.size() > 1)) {
      throw UsageError{
          fmt::format("{} cards: say which one with --device (erg cap show)", all.size())};
    }
    if (wanted.empty()) return all.front();
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (wanted == std::to_string(i) || all[i].device.starts_with(wanted)) return all[i];
  }
  throw UsageError{"there is no card '" + plain_text(wanted) + "'; erg cap show lists them"};
}

void must_be_in_range(const PowerLimits& card, Watts cap) {
  if (cap >= card.min && cap <= card.max) return;
  throw UsageError{fmt::format("a cap of {:.6g} W is outside the range of {}, {:.6g} to {:.6g} W",
                               cap.value(), card.name, card.min.value(), card.max.value())};
}

std::string words_of(const LimitRefused& refused) {
  return std::string{refused.what()} + (refused.remedy().empty() ? "" : "; " + refused.remedy());
}

std::unique_ptr<PowerLimiter> hold_cap(const PowerLimits& card, Watts cap) {
  try {
    auto limiter = std::make_unique<PowerLimiter>(card.device);
    limiter->set(cap);
    return limiter;
  } catch (const LimitRefused& refused) {
    throw std::runtime_error{words_of(refused)};
  }
}

int run_measured(const std::string& store_url, const std::string& name, const std::string& device,
                 const std::map<std::string, std::string>& tags,
                 const std::vector<std::string>& command) {
  const std::string self = "/proc/self/exe";
  std::vector<std::string> words{"erg", "run", "--quiet", "--name", name};
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

CapConditions conditions_of(const Run& run, const std::string& device, Watts cap) {
  CapConditions conditions;
  read_energy(run, device, conditions);
  if (run.parts.empty()) return conditions;
  const Part& part = run.parts.front();
  conditions.sm_clock_hz = mean_of(gauge(part, device, "sm_clock"));
  conditions.temperature_c = mean_of(gauge(part, device, "temperature"));
  conditions.power_throttle = mean_of(gauge(part, device, "power_throttle"));
  conditions.heat_throttle = mean_of(gauge(part, device, "heat_throttle"));
  const auto highest = highest_power(part, device);
  if (conditions.power_throttle) {
    conditions.binds = *conditions.power_throttle > kRare;
  } else if (highest) {
    conditions.binds = *highest >= kNear * cap;
  }
  return conditions;
}

}  // namespace erg
