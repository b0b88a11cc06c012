// SPDX-License-Identifier: Apache-2.0
#include "rows.h"

#include <cmath>

namespace erg::attribution {
namespace {

// Above this the matrix costs more than anyone reads it.
constexpr std::size_t kLargestCovariance = 512;
// A row most of whose time is shorter than the sensor resolves was divided by duration.
constexpr double kDividedByTime = 0.5;
// The ends of spans lie between readings: less than this share of their time is not missed.
constexpr double kMissed = 0.01;

// A sum over devices, with what each part of it is uncertain by.
struct Sum {
  bool any = false;
  double energy_j = 0;
  double independent_j2 = 0;
  double common_j2 = 0;
  double time_s = 0;
  double span_s = 0;
  double unseen_s = 0;
  double power_w = 0;  // each device's mean over the time for which it is known
  bool whole = true;   // all of them are known all the time
  std::uint64_t count = 0;
  Provenance provenance = Provenance::measured;
  std::string device;
  bool several = false;

  void add(const Division& from, double energy, double independent) {
    any = true;
    energy_j += energy;
    independent_j2 += independent;
    common_j2 += std::pow(from.gain_u * energy, 2);
    provenance = weakest(provenance, from.provenance);
    if (device.empty()) device = from.device->name;
    several = several || device != from.device->name;
  }

  std::optional<EnergyEstimate> energy() const {
    if (!any) return std::nullopt;
    const double common = energy_j == 0 ? 0 : std::sqrt(common_j2) / std::abs(energy_j);
    return EnergyEstimate{Joules{energy_j}, Joules{std::sqrt(std::max(0.0, independent_j2))},
                          common, provenance};
  }
};

// Powers of classes the sensor cannot see are independent but for their known sum: the covariance
// of t_i p_i given sum(t p), for p of one spread.
double unseen_j2(const Division& division, double a_s, double b_s, bool same) {
  double all_s2 = std::pow(division.rest_unseen_s, 2);
  for (const Share& share : division.shares) all_s2 += std::pow(share.unseen_s, 2);
  if (all_s2 <= 0) return 0;
  const double spread2 = std::pow(division.spread_w, 2);
  const double shared = a_s * a_s * b_s * b_s / all_s2;
  return spread2 * ((same ? a_s * a_s : 0) - shared);
}

class Assembler {
 public:
  Assembler(const AttributionOptions& options, const ClassTable& classes,
            const std::vector<Division>& divisions)
      : options_{options}, classes_{classes}, divisions_{divisions} {
    for (const auto& each : divisions) timekeepers_ += each.times_run ? 1 : 0;
  }

  Breakdown run() {
    result_.by = options_.by;
    result_.method = "timeline";
    result_.device = options_.device;
    const auto order = classes_.in_order();
    for (const ClassId id : order) add_class(id);
    for (const auto& each : divisions_) {
      if (!each.divided && each.measured) add_device(each);
    }
    add_total();
    if (result_.rows.size() <= kLargestCovariance) add_covariance(order);
    return std::move(result_);
  }

 private:
  double weight() const { return 1.0 / std::max(1, timekeepers_); }

  void add_class(ClassId id) {
    Sum sum;
    for (const auto& each : divisions_) {
      if (!each.divided || id >= each.shares.size()) continue;
      const Share& share = each.shares[id];
      if (each.times_run) {
        sum.time_s += weight() * share.time_s;
        sum.span_s += weight() * share.span_s;
        sum.unseen_s += weight() * share.unseen_s;
        sum.count += share.count;
      }
      if (each.measured) add_share(each, share, sum);
    }
    if (sum.unseen_s > kDividedByTime * sum.time_s) {
      sum.provenance = weakest(sum.provenance, Provenance::attributed);
    }
    BreakdownRow row = row_of(sum);
    row.name = classes_[id].name;
    row.kind = std::string{to_string(options_.by)};
    row.pass = classes_[id].pass;
    if (!sum.any && !sum.whole) row.method = "no readings in its time";
    const double time_s = side_by_side() ? whole_time_s(id) : sum.any ? sum.time_s : sum.span_s;
    row.time = TimeEstimate{Seconds{time_s}, Seconds{0}, 0, Provenance::measured};
    // Joules of several devices that are known for different times: their power decides.
    if (!sum.whole && sum.power_w > 0) row.time->value = Seconds{sum.energy_j / sum.power_w};
    result_.rows.push_back(std::move(row));
  }

  // Nothing where nothing was read in its time.
  void add_share(const Division& from, const Share& share, Sum& sum) const {
    const double all_s = side_by_side() ? Seconds{from.extent.length()}.count() : share.span_s;
    const double known_s = side_by_side() ? from.known_s : share.time_s;
    if (known_s < (1 - kMissed) * all_s) sum.whole = false;
    if (share.time_s <= 0 && share.span_s > 0) return;
    sum.add(from, share.energy_j, variance(from, share));
    if (known_s > 0) sum.power_w += share.energy_j / known_s;
  }

  // Devices, ranks and hosts work at the same time: their times do not add up.
  bool side_by_side() const {
    return options_.by == Grouping::device || options_.by == Grouping::rank ||
           options_.by == Grouping::host;
  }

  double whole_time_s(ClassId id) const {
    double time_s = 0;
    for (const auto& each : divisions_) {
      const bool in_it = id < each.shares.size() && each.shares[id].count > 0;
      if (in_it) time_s = std::max(time_s, each.known_s);
    }
    return time_s;
  }

  static double variance(const Division& division, const Share& share) {
    return unseen_j2(division, share.unseen_s, share.unseen_s, true) +
           std::pow(division.ratio_u * share.energy_j, 2) +
           std::pow(share.scale_u * share.energy_j, 2);
  }

  void add_device(const Division& division) {
    Sum sum;
    sum.add(division, division.total_j, std::pow(division.total_u_j, 2));
    sum.count = 1;
    BreakdownRow row = row_of(sum);
    row.name = division.device->name;
    row.kind = "device";
    // Devices work side by side: only where each row is one do their times stand alone.
    if (options_.by == Grouping::device) {
      row.time = TimeEstimate{Seconds{division.known_s}, Seconds{0}, 0, {}};
    }
    result_.rows.push_back(std::move(row));
  }

  BreakdownRow row_of(const Sum& sum) const {
    BreakdownRow row;
    row.device = sum.several ? "" : sum.device;
    row.count = sum.count;
    row.energy = sum.energy();
    row.method = "timeline";
    return row;
  }

  void add_total() {
    Sum total, rest;
    double time_s = 0, rest_s = 0, integrated_j = 0;
    bool closed = false;
    for (const auto& each : divisions_) {
      if (each.times_run) {
        time_s += weight() * Seconds{each.extent.length()}.count();
        rest_s += weight() * each.known_s;
        for (const Share& share : each.shares) rest_s -= weight() * share.time_s;
      }
      if (!each.measured) continue;
      total.add(each, each.total_j, std::pow(each.total_u_j, 2));
      integrated_j += each.total_j * (1 + each.closure.value_or(0));
      closed = closed || each.closure.has_value();
      if (!each.divided) continue;
      double left_j = each.total_j;
      for (const Share& share : each.shares) left_j -= share.energy_j;
      rest.add(each, left_j,
               unseen_j2(each, each.rest_unseen_s, each.rest_unseen_s, true) +
                   std::pow(each.ratio_u * left_j, 2));
    }
    result_.total = row_of(total);
    result_.total.name = "total";
    result_.total.kind = "total";
    result_.total.count = 1;
    result_.total.time = TimeEstimate{Seconds{time_s}, Seconds{0}, 0, {}};
    result_.unattributed = row_of(rest);
    result_.unattributed.name = "unattributed";
    result_.unattributed.kind = "unattributed";
    if (!side_by_side()) {
      result_.unattributed.time = TimeEstimate{Seconds{rest_s}, Seconds{0}, 0, {}};
    }
    if (total.any && !rest.any) result_.unattributed.energy = EnergyEstimate{};
    if (closed && total.energy_j > 0) result_.closure = integrated_j / total.energy_j - 1;
  }

  void add_covariance(const std::vector<ClassId>& order) {
    const std::size_t n = result_.rows.size();
    if (!result_.total.energy || n == 0) return;
    result_.covariance_j2.assign(n * n, 0);
    for (std::size_t i = 0; i < n; ++i) {
      if (const auto& energy = result_.rows[i].energy) {
        result_.covariance_j2[i * n + i] = std::pow(energy->independent_u.value(), 2);
      }
    }
    for (const auto& each : divisions_) {
      if (!each.divided || !each.measured) continue;
      for (std::size_t i = 0; i < order.size(); ++i) {
        for (std::size_t j = 0; j < order.size(); ++j) {
          if (i == j || order[i] >= each.shares.size() || order[j] >= each.shares.size()) continue;
          const Share& a = each.shares[order[i]];
          const Share& b = each.shares[order[j]];
          result_.covariance_j2[i * n + j] += unseen_j2(each, a.unseen_s, b.unseen_s, false) +
                                              each.ratio_u * each.ratio_u * a.energy_j * b.energy_j;
        }
      }
    }
  }

  const AttributionOptions& options_;
  const ClassTable& classes_;
  const std::vector<Division>& divisions_;
  int timekeepers_ = 0;
  Breakdown result_;
};

}  // namespace

Breakdown assemble(const AttributionOptions& options, const ClassTable& classes,
                   const std::vector<Division>& divisions) {
  return Assembler{options, classes, divisions}.run();
}

}  // namespace erg::attribution
