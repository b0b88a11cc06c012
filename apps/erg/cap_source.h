// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cap_sweeps.h"
#include "commands.h"
#include "erg/cap_choice.h"

namespace erg {

// Measured points and how to read between them: what is saved as a fitted model. The fit itself
// is made anew from the points, so that a saved model gives the same bytes.
struct CapFit {
  CapCurve measured;
  std::string method = "sweep";  // "sweep", "physical", "polynomial"
  int degree = 4;                // polynomial
};

// Throws std::runtime_error, FormatError: what is wrong with the text, and where.
CapFit parse_cap_fit(const std::string& text, const std::string& name);
std::string cap_fit_json(const CapFit& fit);

// The curve at `caps`. Throws std::invalid_argument where there are too few points.
CapCurve curve_at(const CapFit& fit, const std::vector<Watts>& caps);

// Where a command takes its curve from.
struct CapSourceOptions {
  std::vector<std::string> sweep;
  std::string model;  // a name in the store, or a file
  std::string method;
  int degree = 4;
  std::size_t probes = 0;
  std::vector<double> caps_w;
  double step = 0;  // read the model at every so many watts; 0: at the caps measured
  std::string save;
  double samples = 0;
};

void add_source_options(CLI::App& command, CapSourceOptions& options);

// What the options name; saves it where they say so.
struct CapSource {
  std::string name;
  CapFit fit;
  CapCurve curve;             // what is asked for: at the caps given, else at those measured
  std::vector<Watts> probes;  // with --from-probes: the caps that the model knows
  bool phases_only = false;
  double epochs = 0;
};
CapSource cap_source(const Commands& commands, const CapSourceOptions& options);

// "5%", "0.05".
double share_from(const std::string& text, const char* what);

}  // namespace erg
