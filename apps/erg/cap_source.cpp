// SPDX-License-Identifier: Apache-2.0
#include "cap_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "cap_text.h"
#include "console.h"
#include "erg/cap_model.h"
#include "erg/cap_polynomial.h"
#include "erg/decimal.h"
#include "erg/file_writer.h"
#include "erg/json.h"
#include "erg/json_writer.h"
#include "number_checks.h"
#include "subcommands.h"

namespace erg {
namespace {

constexpr std::string_view kKind = "cap_model";

double required(const Json& object, const char* key, const std::string& name) {
  const Json* found = object.find(key);
  const auto number = found ? found->number() : std::nullopt;
  if (!number || !std::isfinite(*number)) {
    throw std::runtime_error{fmt::format("{}: no number '{}'", name, key)};
  }
  return *number;
}

std::string words(const Json& object, const char* key) {
  const Json* found = object.find(key);
  return found && found->text() ? *found->text() : "";
}

CapPoint point_from(const Json& json, CapKind kind, const std::string& name) {
  CapPoint point;
  point.cap = kind == CapKind::clock ? Watts{required(json, "clock_hz", name) / 1e6}
                                     : Watts{required(json, "cap_w", name)};
  point.energy = {Joules{required(json, "energy_j", name)},
                  Joules{required(json, "energy_u_j", name)}, 0, Provenance::measured};
  point.time = {Seconds{required(json, "time_s", name)}, Seconds{required(json, "time_u_s", name)},
                0, Provenance::measured};
  point.runs = static_cast<std::size_t>(std::clamp(required(json, "runs", name), 0.0, 1e9));
  if (!(in_si(point.energy.value) > 0) || !(point.time.value.count() > 0) ||
      !(point.cap.value() > 0)) {
    throw std::runtime_error{name + ": a point without a positive cap, energy and time"};
  }
  point.power = point.energy.value / point.time.value;
  return point;
}

bool is_file_name(const std::string& word) {
  return word.ends_with(".json") || word.find('/') != std::string::npos;
}

CapFit stored_fit(const Commands& commands, const std::string& name) {
  if (is_file_name(name)) {
    std::ifstream file{name, std::ios::binary};
    if (!file) throw std::runtime_error{"cannot read " + plain_text(name)};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    return parse_cap_fit(text, plain_text(name));
  }
  const auto store = store_of(commands);
  if (const auto document = store->document(kKind, name)) {
    return parse_cap_fit(document->text, plain_text(name));
  }
  std::string list;
  for (const auto& one : store->documents(kKind)) list += (list.empty() ? "" : ", ") + one.name;
  throw std::runtime_error{
      fmt::format("there is no cap model '{}' in the store; {}", plain_text(name),
                  list.empty() ? "--save NAME saves one, and a file's name ends in .json"
                               : "there are " + list)};
}

void save_fit(const Commands& commands, const CapFit& fit, const std::string& name) {
  if (is_file_name(name)) {
    replace_file(name, cap_fit_json(fit));
  } else {
    store_to_write(commands)->save_document({std::string{kKind}, name, cap_fit_json(fit), {}});
  }
  inform(fmt::format("saved as {}\n", plain_text(name)));
}

void keep_probes(CapCurve& curve, std::size_t probes) {
  std::vector<Watts> levels;
  for (const auto& point : curve.points) levels.push_back(point.cap);
  const auto kept = probe_caps(levels, probes);
  std::erase_if(curve.points, [&](const CapPoint& point) {
    return std::ranges::find(kept, point.cap) == kept.end();
  });
}

std::vector<Watts> caps_of(const CapCurve& curve, const CapSourceOptions& options) {
  std::vector<double> given_w = options.caps_w;
  std::vector<Watts> caps;
  for (const auto& point : curve.points) caps.push_back(point.cap);
  if (given_w.empty() && options.step <= 0) return caps;
  if (!given_w.empty() && options.step > 0) throw UsageError{"--caps or --step, not both"};
  const double low = caps.front().value(), high = caps.back().value();
  if (options.step > 0) {
    constexpr double kMost = 100000;
    if ((high - low) / options.step > kMost) throw UsageError{"--step is too small"};
    for (int i = 0; low + i * options.step <= high; ++i) given_w.push_back(low + i * options.step);
  }
  caps.clear();
  for (const double cap : given_w) {
    if (!(cap >= low && cap <= high)) {
      throw std::runtime_error{
          fmt::format("the cap {} is outside what was measured, {} to {}: no model knows it",
                      cap_text(curve.kind, Watts{cap}), cap_text(curve.kind, Watts{low}),
                      cap_text(curve.kind, Watts{high}))};
    }
    caps.push_back(Watts{cap});
  }
  std::ranges::sort(caps);
  caps.erase(std::unique(caps.begin(), caps.end()), caps.end());
  return caps;
}

}  // namespace

CapFit parse_cap_fit(const std::string& text, const std::string& name) {
  const Json json = Json::parse(text, name);
  if (words(json, "kind") != kKind) throw std::runtime_error{name + ": this is no cap model"};
  CapFit fit;
  fit.method = words(json, "method");
  if (fit.method != "sweep" && fit.method != "physical" && fit.method != "polynomial") {
    throw std::runtime_error{name + ": unknown method '" + plain_text(fit.method) + "'"};
  }
  fit.degree = static_cast<int>(std::clamp(required(json, "degree", name), 1.0, 9.0));
  fit.measured.device = words(json, "device");
  fit.measured.workload = words(json, "workload");
  fit.measured.unit = words(json, "unit");
  fit.measured.samples_per_unit = required(json, "samples_per_unit", name);
  const Json* points = json.find("points");
  if (!points || !points->array() || points->array()->size() < 2) {
    throw std::runtime_error{name + ": fewer than two points"};
  }
  const CapKind kind = words(json, "of") == "clock" ? CapKind::clock : CapKind::power;
  fit.measured.kind = kind;
  for (const auto& point : *points->array()) {
    fit.measured.points.push_back(point_from(point, kind, name));
  }
  std::ranges::sort(fit.measured.points, {}, &CapPoint::cap);
  const auto twin = std::ranges::adjacent_find(fit.measured.points, {}, &CapPoint::cap);
  if (twin != fit.measured.points.end()) {
    throw std::runtime_error{
        fmt::format("{}: two points at one cap, {}", name, cap_text(kind, twin->cap))};
  }
  return fit;
}

std::string cap_fit_json(const CapFit& fit) {
  JsonWriter json{2};
  json.begin_object().member("kind", kKind).member("method", fit.method);
  json.member("of", fit.measured.kind == CapKind::clock ? "clock" : "power");
  json.member("degree", fit.degree).member("device", fit.measured.device);
  json.member("workload", fit.measured.workload).member("unit", fit.measured.unit);
  json.member("samples_per_unit", fit.measured.samples_per_unit);
  if (fit.method == "polynomial") {
    const CapPolynomial model{fit.measured.points, fit.degree};
    json.key("energy_coefficients").begin_array();
    for (const double c : model.energy_coefficients()) json.value(c);
    json.end_array().key("time_coefficients").begin_array();
    for (const double c : model.time_coefficients()) json.value(c);
    json.end_array();
  }
  json.key("points").begin_array();
  for (const auto& point : fit.measured.points) {
    json.begin_object();
    write_cap(json, fit.measured.kind, point.cap);
    json.member("energy_j", in_si(point.energy.value));
    json.member("energy_u_j", in_si(point.energy.independent_u));
    json.member("time_s", in_si(point.time.value));
    json.member("time_u_s", in_si(point.time.independent_u));
    json.member("runs", point.runs).end_object();
  }
  return json.end_array().end_object().take() + "\n";
}

CapCurve curve_at(const CapFit& fit, const std::vector<Watts>& caps) {
  CapCurve curve = fit.measured;
  if (fit.method == "polynomial") {
    curve.points = CapPolynomial{fit.measured.points, fit.degree}.at(caps).points;
  } else if (fit.method == "physical") {
    curve.points = CapModel{fit.measured}.at(caps).points;
  } else {
    curve.points.clear();
    for (const Watts cap : caps) {
      const auto found = std::ranges::find(fit.measured.points, cap, &CapPoint::cap);
      if (found == fit.measured.points.end()) {
        throw std::runtime_error{
            fmt::format("{} was not measured; --method physical or polynomial reads between",
                        cap_text(fit.measured.kind, cap))};
      }
      curve.points.push_back(*found);
    }
  }
  return curve;
}

void add_source_options(CLI::App& command, CapSourceOptions& options) {
  command
      .add_option("SWEEP", options.sweep,
                  "Name of a sweep, or a part of it (default: the only one stored)")
      ->type_name("");
  command.add_option("--model", options.model, "A saved cap model: its name, or a .json file");
  command
      .add_option("--from-probes", options.probes,
                  "Use so many caps of the sweep only, and the model for the rest")
      ->check(CLI::Range(2, 1000))
      ->type_name("N");
  command
      .add_option("--method", options.method,
                  "How to read between caps: sweep (not at all), physical, polynomial")
      ->check(CLI::IsMember({"sweep", "physical", "polynomial"}));
  command.add_option("--degree", options.degree, "Of the polynomial")
      ->check(CLI::Range(1, 9))
      ->capture_default_str();
  command
      .add_option("--caps", options.caps_w,
                  "At these caps only, in watts (of clocks: MHz): 40,50,60")
      ->delimiter(',')
      ->check(more_than(0))
      ->type_name("W,W,...");
  command
      .add_option("--step", options.step, "At every so many watts: a model knows what is between")
      ->check(more_than(0))
      ->type_name("W");
  command.add_option("--samples", options.samples, "Images of one epoch or run, where not known")
      ->check(more_than(0));
  command.add_option("--save", options.save, "Save the model: a name, or a .json file");
}

CapSource cap_source(const Commands& commands, const CapSourceOptions& options) {
  CapSource source;
  std::vector<Watts> levels;
  if (!options.model.empty()) {
    if (!options.sweep.empty()) throw UsageError{"a sweep or --model, not both"};
    source.name = options.model;
    source.fit = stored_fit(commands, options.model);
    if (!options.method.empty()) source.fit.method = options.method;
    levels = caps_of(source.fit.measured, options);
  } else {
    const StoredSweep sweep = one_sweep(*store_of(commands), options.sweep);
    source.name = sweep.name;
    source.fit.measured = sweep.curve;
    source.phases_only = sweep.phases_only;
    source.epochs = sweep.epochs;
    source.fit.degree = options.degree;
    levels = caps_of(sweep.curve, options);
    if (options.probes > 0) {
      keep_probes(source.fit.measured, options.probes);
      for (const auto& point : source.fit.measured.points) source.probes.push_back(point.cap);
    }
    source.fit.method = !options.method.empty() ? options.method
                        : options.probes > 0 || !options.caps_w.empty() || options.step > 0
                            ? "physical"
                            : "sweep";
  }
  if (options.samples > 0) source.fit.measured.samples_per_unit = options.samples;
  source.curve = curve_at(source.fit, levels);
  if (!options.save.empty()) save_fit(commands, source.fit, options.save);
  return source;
}

double share_from(const std::string& text, const char* what) {
  std::string number_text = text;
  const bool percent = number_text.ends_with('%');
  if (percent) number_text.pop_back();
  const auto value = parse_number(number_text);
  if (!value || !(*value >= 0)) {
    throw UsageError{
        fmt::format("{}: '{}' is no share such as 5% or 0.05", what, plain_text(text))};
  }
  return percent ? *value / 100 : *value;
}

}  // namespace erg
