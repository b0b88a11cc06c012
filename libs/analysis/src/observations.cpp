// SPDX-License-Identifier: Apache-2.0
#include "erg/observations.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <set>

#include "erg/least_squares.h"
#include "erg/suggest.h"
#include "erg/summary.h"

namespace erg {
namespace {

constexpr double kLeastPower = 0.05;  // W
constexpr double kMostPower = 50e3;
constexpr double kPowerSpread = 50;

std::string row_name(const Observations& table, std::size_t index) {
  const auto& label = table.rows[index].label;
  return "row " + std::to_string(index + 1) + (label.empty() ? "" : " (" + label + ")");
}

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

void check_row(const Observations& table, std::size_t index, Target target) {
  const Observation& row = table.rows[index];
  for (std::size_t i = 0; i < row.features.size(); ++i) {
    if (std::isfinite(row.features[i])) continue;
    throw FitError{row_name(table, index) + ": '" + table.features[i] +
                   "' is no finite number; leave the row out or correct it"};
  }
  const auto value = row.value(target);
  const std::string what{to_string(target)};
  if (!value) {
    throw FitError{row_name(table, index) + " has no " + what +
                   "; leave it out, or fit the other target"};
  }
  if (!std::isfinite(*value)) {
    throw FitError{row_name(table, index) + ": its " + what +
                   " is no finite number; leave the row out or correct it"};
  }
  if (!(*value > 0)) {
    throw FitError{row_name(table, index) + ": its " + what + " is " + rounded(*value) +
                   ", and must be above 0"};
  }
}

void check_powers(const Observations& table) {
  std::vector<double> powers;
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    if (!row.energy || !row.time || !(row.time->count() > 0)) continue;
    powers.push_back((*row.energy / *row.time).value());
    rows.push_back(i);
  }
  if (powers.empty()) return;
  const double middle = median(powers);
  for (std::size_t i = 0; i < powers.size(); ++i) {
    const double ratio = powers[i] / middle;
    if (ratio < kPowerSpread && ratio > 1 / kPowerSpread) continue;
    throw FitError{"units disagree: energy over time of " + row_name(table, rows[i]) + " is " +
                   rounded(powers[i]) + " W, of the rows' median " + rounded(middle) +
                   " W; give all energies in one unit and all times in one (--energy-unit, "
                   "--time-unit)"};
  }
  if (middle < kLeastPower || middle > kMostPower) {
    throw FitError{"units disagree: energy over time is " + rounded(middle) +
                   " W, which no training device draws; name the units (--energy-unit, "
                   "--time-unit), and let both be of the same unit of work"};
  }
}

std::vector<std::string> groups(const Observations& table, std::span<const std::size_t> rows,
                                std::string Observation::*member, const char* what) {
  std::vector<std::string> names;
  for (const auto row : rows) {
    const auto& name = table.rows[row].*member;
    names.push_back(name.empty() ? table.rows[row].network : name);
  }
  if (std::set<std::string>(names.begin(), names.end()).size() < 2) {
    throw FitError{std::string{"all rows are of one "} + what +
                   (names.empty() ? "" : " (" + names.front() + ")") +
                   ": nothing can be left out to be predicted; measure others, or validate by "
                   "k-fold"};
  }
  return names;
}

// FNV-1a, 64 bits.
class Digest {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) {
      hash_ = (hash_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3ull;
    }
    hash_ = (hash_ ^ 0xff) * 0x100000001b3ull;
  }
  void add(double value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    add(std::string_view{bytes, sizeof value});
  }
  std::string text() const {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash_));
    return text;
  }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325ull;
};

}  // namespace

std::string_view to_string(Target target) {
  constexpr std::array<std::string_view, 3> kNames{"energy", "time", "rate"};
  return kNames[static_cast<std::size_t>(target)];
}

std::string_view si_unit(Target target) {
  constexpr std::array<std::string_view, 3> kUnits{"J", "s", "MAC/s"};
  return kUnits[static_cast<std::size_t>(target)];
}

std::optional<double> Observation::value(Target target) const {
  if (target == Target::energy) return energy ? std::optional{energy->value()} : std::nullopt;
  if (target == Target::rate) return rate;
  return time ? std::optional{time->count()} : std::nullopt;
}

std::size_t Observations::feature(std::string_view name) const {
  const auto found = std::ranges::find(features, name);
  if (found != features.end()) return static_cast<std::size_t>(found - features.begin());
  std::string known;
  for (const auto& one : features) known += (known.empty() ? "" : ", ") + one;
  const std::vector<std::string_view> candidates{features.begin(), features.end()};
  throw FitError{"there is no feature '" + std::string{name} + "'" + suggestion(name, candidates) +
                 "; the table has " + (known.empty() ? "none" : known)};
}

std::string Observations::digest() const {
  Digest digest;
  digest.add(unit);
  for (const auto& name : features) digest.add(name);
  for (const auto& row : rows) {
    digest.add(row.label);
    digest.add(row.network);
    digest.add(row.device);
    digest.add(row.batch);
    digest.add(row.images);
    for (const double value : row.features) digest.add(value);
    digest.add(row.value(Target::energy).value_or(-1));
    digest.add(row.value(Target::time).value_or(-1));
    if (row.rate) digest.add(*row.rate);
  }
  return digest.text();
}

void check(const Observations& table, Target target) {
  if (table.rows.empty()) throw FitError{"there is nothing to fit: no row"};
  for (std::size_t i = 0; i < table.rows.size(); ++i) check_row(table, i, target);
  check_powers(table);
}

std::vector<std::string> networks_of(const Observations& table, std::span<const std::size_t> rows) {
  return groups(table, rows, &Observation::network, "network");
}

std::vector<std::string> families_of(const Observations& table, std::span<const std::size_t> rows) {
  return groups(table, rows, &Observation::family, "family");
}

}  // namespace erg
