// SPDX-License-Identifier: Apache-2.0
#include "erg/full_run.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "energy_curve.h"
#include "erg/attribute.h"
#include "erg/distributions.h"
#include "erg/summary.h"

namespace erg {
namespace {

using attribution::EnergyCurve;

constexpr std::int64_t kMostGroups = 10;
constexpr double kNormal95 = 1.96;

double number_tag(const Run& run, const char* name) {
  const auto& tags = run.header.environment.tags;
  const auto found = tags.find(name);
  if (found == tags.end()) return 0;
  double value = 0;
  const auto& text = found->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

// Of the rank that made most steps, on the host's clock: ranks step together.
struct Steps {
  std::vector<Interval> steps;
  std::vector<Interval> tests;
};

Steps steps_of(const Part& part) {
  Steps found;
  for (SpanIndex i = 0; i < part.spans.size(); ++i) {
    if (part.spans.clocks()[i] != SpanClock::host || part.spans.open(i)) continue;
    const auto kind = part.spans.kinds()[i];
    if (kind == SpanKind::step) found.steps.push_back(part.spans.interval(i));
    const bool test =
        kind == SpanKind::phase && part.spans.name(part.spans.name_ids()[i]) == phase::kEvaluate;
    if (test) found.tests.push_back(part.spans.interval(i));
  }
  return found;
}

// The readings of the part's own host; what other hosts draw goes with them.
class HostEnergy {
 public:
  HostEnergy(const attribution::Host& host, Joules of_run) {
    Joules seen{0};
    for (const auto& device : host.devices) {
      if (!device.spans || attribution::holds_others(host, device)) continue;
      curves_.emplace_back(device, host.extent);
      seen += curves_.back().total();
    }
    scale_ = seen > Joules{0} ? of_run / seen : 0;
  }

  bool known() const { return scale_ > 0; }
  Joules between(Interval interval) const {
    Joules sum{0};
    for (const auto& curve : curves_) sum += curve.between(interval);
    return scale_ * sum;
  }
  Seconds resolution() const {
    Seconds longest{0};
    for (const auto& curve : curves_) longest = std::max(longest, curve.resolution());
    return longest;
  }

 private:
  std::vector<EnergyCurve> curves_;
  double scale_ = 0;
};

// The price of a step, by groups of neighbours.
struct StepPrice {
  Joules energy{0};
  Seconds time{0};
  Joules energy_half{0};  // of a 95 % interval
  Seconds time_half{0};
  bool spread = false;
};

double half_width(const std::vector<double>& groups) {
  const auto n = static_cast<double>(groups.size());
  return student_quantile(0.975, n - 1) * standard_deviation(groups) / std::sqrt(n);
}

StepPrice price_of(const std::vector<Interval>& steps, const HostEnergy& energy) {
  const auto all = static_cast<std::int64_t>(steps.size());
  const std::int64_t first = std::min(std::max<std::int64_t>(all / 10, 1), all - 1);
  const auto used = std::span{steps}.subspan(static_cast<std::size_t>(first));
  StepPrice price;
  const auto count = static_cast<double>(used.size());
  Joules sum{0};
  Seconds time{0};
  for (const Interval& step : used) {
    sum += energy.between(step);
    time += step.length();
  }
  price.energy = sum / count;
  price.time = time / count;
  // Groups that the sensors can tell apart; where there are none, the time tells of both.
  const auto seen = static_cast<std::int64_t>(time / (2 * energy.resolution() + Seconds{1e-9}));
  const auto most = std::min<std::int64_t>(kMostGroups, static_cast<std::int64_t>(used.size()));
  if (most < 3) return price;
  const bool by_energy = std::min(most, seen) >= 3;
  const auto groups = static_cast<std::size_t>(by_energy ? std::min(most, seen) : most);
  std::vector<double> energies, times;
  for (std::size_t i = 0; i < groups; ++i) {
    const auto begin = used.size() * i / groups;
    const auto group = used.subspan(begin, used.size() * (i + 1) / groups - begin);
    Joules drawn{0};
    Seconds took{0};
    for (const Interval& step : group) {
      drawn += energy.between(step);
      took += step.length();
    }
    energies.push_back(drawn.value() / static_cast<double>(group.size()));
    times.push_back(took.count() / static_cast<double>(group.size()));
  }
  price.spread = true;
  price.time_half = Seconds{half_width(times)};
  price.energy_half =
      by_energy ? Joules{half_width(energies)} : price.energy * (price.time_half / price.time);
  return price;
}

struct Working {
  const attribution::Host* host = nullptr;
  Steps steps;
};

Working working_part(const std::vector<attribution::Host>& hosts) {
  Working best;
  for (const auto& host : hosts) {
    for (const Part* part : host.parts) {
      Steps steps = steps_of(*part);
      if (best.host && steps.steps.size() <= best.steps.steps.size()) continue;
      best = {&host, std::move(steps)};
    }
  }
  return best;
}

void add_range(FullRun& full, const StepPrice& price, double missing,
               const EnergyEstimate& measured) {
  const Joules steps = missing * price.energy_half;
  const Joules readings = kNormal95 * measured.independent_u;
  const Joules gain = kNormal95 * measured.common_u * full.energy;
  const Joules half{std::hypot(steps.value(), readings.value(), gain.value())};
  const Seconds time_half = missing * price.time_half;
  full.range = {std::max(Joules{0}, full.energy - half), full.energy + half,
                std::max(Seconds{0}, full.time - time_half), full.time + time_half};
}

}  // namespace

std::optional<FullRun> extrapolate(const Run& run) {
  const auto& workload = run.header.environment.workload;
  const double most = number_tag(run, kMaxStepsTag);
  FullRun full;
  full.planned = workload.epochs * workload.steps_per_epoch;
  if (most < 1 || full.planned < 1) return std::nullopt;
  AttributionOptions by_run;
  by_run.by = Grouping::run;
  by_run.method = AttributionMethod::timeline;
  const BreakdownRow total = attribute(run, by_run).total;
  const auto hosts = attribution::hosts_of(run);
  const auto [host, steps] = working_part(hosts);
  if (!total.energy || !total.time || !host) return std::nullopt;
  const bool told = !steps.steps.empty();
  full.steps =
      told ? static_cast<std::int64_t>(steps.steps.size()) : static_cast<std::int64_t>(most);
  if (full.steps >= full.planned) return std::nullopt;
  const HostEnergy energy{*host, total.energy->value};
  if (!told || !energy.known()) {  // the level `none`: the run as a whole stands for the rest
    const double whole = static_cast<double>(full.planned) / static_cast<double>(full.steps);
    full.energy = whole * total.energy->value;
    full.time = whole * total.time->value;
    return full;
  }
  const StepPrice price = price_of(steps.steps, energy);
  const auto missing = static_cast<double>(full.planned - full.steps);
  full.energy = total.energy->value + missing * price.energy;
  full.time = total.time->value + missing * price.time;
  if (const double tests = number_tag(run, kTestsTag); tests > 0) {
    const double more = static_cast<double>(workload.epochs) / tests - 1;
    for (const Interval& test : steps.tests) {
      full.energy += more * energy.between(test);
      full.time += more * Seconds{test.length()};
    }
  }
  if (price.spread) add_range(full, price, missing, *total.energy);
  return full;
}

}  // namespace erg
