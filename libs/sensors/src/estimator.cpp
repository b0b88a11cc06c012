// SPDX-License-Identifier: Apache-2.0
#include "erg/estimator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>

namespace erg {
namespace {

constexpr double kBytesPerGigabyte = 1024.0 * 1024 * 1024;
// What a CPU of no known model is supposed to take at full load, by thread: between a many-core
// server's 2 W and a desktop's 8 W.
constexpr Watts kUnknownThread{3.5};
// An idle package takes about a quarter of its TDP; a wide range of machines lies within +-50 %.
constexpr double kIdleShare = 0.25;
constexpr Watts kCodeCarbonUnknownCpu{85};

constexpr std::array<std::string_view, 7> kNames{
    "cpu_idle_max",  "codecarbon_constant", "codecarbon_load", "utilisation_tdp",
    "nominal_power", "memory_8gb",          "codecarbon_dimm"};

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

double in_unit(double utilisation) { return std::clamp(utilisation, 0.0, 1.0); }

Estimator idle_max(const EstimatorInput& input) {
  const Watts tdp = input.tdp ? static_cast<double>(input.sockets) * *input.tdp * input.share
                              : kUnknownThread * static_cast<double>(input.threads);
  const IdleMaxModel model = input.calibrated.value_or(IdleMaxModel{tdp * kIdleShare, tdp});
  std::string formula = number(model.idle.value()) + " W + " +
                        number((model.max - model.idle).value()) + " W x u^" +
                        number(model.exponent);
  if (input.calibrated) {
    formula += " (calibrated)";
  } else if (!input.tdp) {
    formula += " (CPU not in the table: 3.5 W a thread assumed)";
  }
  const double gain_u = input.calibrated ? 0.05 : input.tdp ? 0.25 : 0.5;
  return {"cpu_idle_max", formula, Provenance::modelled, gain_u,
          [model](double u) { return model.at(u); }};
}

Estimator of_tdp(std::string_view name, const EstimatorInput& input) {
  // These stand for other tools, which take the whole CPU for a virtual machine's share of it.
  const Watts tdp = input.tdp ? static_cast<double>(input.sockets) * *input.tdp
                    : name.starts_with("codecarbon")
                        ? kCodeCarbonUnknownCpu
                        : kUnknownThread * static_cast<double>(input.threads);
  const std::string tdp_w = number(tdp.value()) + " W";
  const std::string unknown = input.tdp ? "" : " (CPU not in the table)";
  const double gain_u = input.tdp ? 0.25 : 0.5;
  if (name == "codecarbon_constant") {
    const Watts power = input.tdp ? tdp / 2 : tdp;
    return {std::string{name}, number(power.value()) + " W" + unknown, Provenance::assumed, 0.5,
            [power](double) { return power; }};
  }
  if (name == "codecarbon_load") {
    return {std::string{name}, tdp_w + " x (0.1 + 0.9 u^3)" + unknown, Provenance::modelled, gain_u,
            [tdp](double u) { return tdp * (0.1 + 0.9 * std::pow(in_unit(u), 3)); }};
  }
  if (name == "utilisation_tdp") {
    return {std::string{name}, tdp_w + " x u" + unknown, Provenance::modelled, 0.5,
            [tdp](double u) { return tdp * in_unit(u); }};
  }
  return {"nominal_power", tdp_w + unknown, Provenance::assumed, 0.5,
          [tdp](double) { return tdp; }};
}

Estimator of_memory(std::string_view name, const EstimatorInput& input) {
  if (name == "memory_8gb") {
    const double gigabytes = static_cast<double>(input.memory_bytes) / kBytesPerGigabyte;
    const Watts power{3.0 / 8 * gigabytes};
    return {"memory_8gb", "3 W x " + number(gigabytes) + " GB / 8 GB", Provenance::modelled, 0.25,
            [power](double) { return power; }};
  }
  const std::int64_t dimms = codecarbon_dimms(input.memory_bytes);
  const Watts power = codecarbon_dimm_power(dimms, input.arm);
  return {"codecarbon_dimm", number(power.value()) + " W for " + std::to_string(dimms) + " DIMMs",
          Provenance::assumed, 0.5, [power](double) { return power; }};
}

// Sums of squares about the best line power = idle + range * u^exponent.
struct LineFit {
  double idle = 0;
  double range = 0;
  double misfit = 0;
};

LineFit fit_line(std::span<const UtilisationPower> readings, double exponent) {
  const double n = static_cast<double>(readings.size());
  double mean_x = 0, mean_y = 0;
  for (const auto& each : readings) {
    mean_x += std::pow(in_unit(each.utilisation), exponent) / n;
    mean_y += each.power.value() / n;
  }
  double xx = 0, xy = 0, yy = 0;
  for (const auto& each : readings) {
    const double x = std::pow(in_unit(each.utilisation), exponent) - mean_x;
    const double y = each.power.value() - mean_y;
    xx += x * x, xy += x * y, yy += y * y;
  }
  const double range = xx > 0 ? xy / xx : 0;
  return {mean_y - range * mean_x, range, yy - range * xy};
}

}  // namespace

Watts IdleMaxModel::at(double utilisation) const {
  return idle + (max - idle) * std::pow(in_unit(utilisation), exponent);
}

std::optional<IdleMaxModel> calibrate(std::span<const UtilisationPower> readings) {
  std::set<double> different;
  for (const auto& each : readings) different.insert(in_unit(each.utilisation));
  if (different.size() < 3) return std::nullopt;
  double best = 0.3;
  for (double exponent = 0.3; exponent <= 2.0; exponent += 0.005) {
    if (fit_line(readings, exponent).misfit < fit_line(readings, best).misfit) best = exponent;
  }
  const LineFit fit = fit_line(readings, best);
  if (fit.range <= 0) return std::nullopt;
  return IdleMaxModel{Watts{fit.idle}, Watts{fit.idle + fit.range}, best};
}

std::span<const std::string_view> estimator_names() { return kNames; }

std::optional<Estimator> make_estimator(std::string_view name, const EstimatorInput& input) {
  if (std::ranges::find(kNames, name) == kNames.end()) return std::nullopt;
  if (name == "cpu_idle_max") return idle_max(input);
  if (name == "memory_8gb" || name == "codecarbon_dimm") return of_memory(name, input);
  return of_tdp(name, input);
}

std::int64_t codecarbon_dimms(std::int64_t memory_bytes) {
  const double gigabytes = static_cast<double>(memory_bytes) / kBytesPerGigabyte;
  if (gigabytes <= 2) return 1;
  if (gigabytes <= 16) return 2;
  if (gigabytes <= 64) return 4;
  if (gigabytes <= 128) return 8;
  // At least eight of the largest usual size, at most 32.
  double size = 16;
  while (size < 128 && 2 * size <= gigabytes / 8) size *= 2;
  return std::min<std::int64_t>(static_cast<std::int64_t>(std::ceil(gigabytes / size)), 32);
}

Watts codecarbon_dimm_power(std::int64_t dimms, bool arm) {
  const Watts each{arm ? 1.5 : 5};
  // The first four count whole, the next four 0.9, the next eight 0.8, further ones 0.7.
  constexpr std::pair<std::int64_t, double> kSteps[] = {{4, 1}, {4, 0.9}, {8, 0.8}, {1 << 20, 0.7}};
  double whole = 0;
  for (const auto& [count, weight] : kSteps) {
    const std::int64_t here = std::min(dimms, count);
    whole += static_cast<double>(here) * weight;
    dimms -= here;
  }
  return std::max(each * 2, each * whole);
}

}  // namespace erg
