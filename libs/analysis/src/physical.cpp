// SPDX-License-Identifier: Apache-2.0
#include "physical.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "erg/format_error.h"
#include "erg/json_writer.h"
#include "erg/least_squares.h"
#include "model_json.h"
#include "ratio_fit.h"

namespace erg {
namespace {

// What a pass takes by its arithmetic, its memory and the launches of its kernels: the longest of
// them hides the others where they overlap, else they add up.
struct Roofline {
  double s_per_image = 0;  // loader, copy and evaluation, which no layer knows of
  double s_per_step = 0;   // what a step takes beside its layers
  double s_per_mac = 0;
  double s_per_byte = 0;
  double s_per_kernel = 0;
  bool overlap = true;

  double time_of(const PassWork& work) const {
    return work.macs * s_per_mac + work.bytes * s_per_byte + work.kernels * s_per_kernel;
  }

  // What of a pass takes time: the rest is hidden behind it, and 0.
  PassWork seen(const PassWork& pass) const {
    if (!overlap) return pass;
    const std::array<PassWork, 3> parts{
        {{pass.macs, 0, 0}, {0, pass.bytes, 0}, {0, 0, pass.kernels}}};
    return *std::ranges::max_element(parts, {}, [this](const auto& one) { return time_of(one); });
  }

  double at(const Observation& row) const {
    double step = s_per_step;
    for (const auto& pass : row.work->passes) step += time_of(seen(pass));
    return row.images * s_per_image + row.steps() * step;
  }
};

// E = P0 t + e_image images + e_mac MAC + e_byte bytes + e_kernel kernels. Where times were not
// measured there is no t, and where nothing overlaps t is a sum of the other terms: P0 stays in
// them then.
struct Energies {
  double idle_w = 0;
  double j_per_image = 0;
  double j_per_mac = 0;
  double j_per_byte = 0;
  double j_per_kernel = 0;
};

class Physical final : public Regressor {
 public:
  Target target = Target::energy;
  bool timed = false;
  Roofline time;
  Energies energy;

  double at(const Observation& row) const override {
    if (!row.work) return std::numeric_limits<double>::quiet_NaN();
    if (target == Target::time) return time.at(row);
    const PassWork& work = row.work->total;
    const double steps = row.steps();
    return (timed ? energy.idle_w * time.at(row) : 0) + energy.j_per_image * row.images +
           steps * (energy.j_per_mac * work.macs + energy.j_per_byte * work.bytes +
                    energy.j_per_kernel * work.kernels);
  }

  std::vector<Coefficient> coefficients() const override {
    std::vector<Coefficient> all;
    if (target == Target::energy) {
      if (timed) all.push_back({"P0", "W", energy.idle_w});
      all.push_back({"e_image", "J by image", energy.j_per_image});
      all.push_back({"e_mac", "J by MAC", energy.j_per_mac});
      all.push_back({"e_byte", "J by byte", energy.j_per_byte});
      all.push_back({"e_kernel", "J by kernel", energy.j_per_kernel});
    }
    if (timed || target == Target::time) {
      all.push_back({"t_image", "s by image", time.s_per_image});
      all.push_back({"t_step", "s by step", time.s_per_step});
      all.push_back({"t_mac", "s by MAC", time.s_per_mac});
      all.push_back({"t_byte", "s by byte", time.s_per_byte});
      all.push_back({"t_kernel", "s by kernel", time.s_per_kernel});
    }
    return all;
  }

  std::span<const std::string> inputs() const override { return {}; }
  ModelKind kind() const override { return ModelKind::physical; }

  void write(JsonWriter& out) const override {
    out.member("kind", "physical").member("target", to_string(target)).member("timed", timed);
    out.member("idle_w", energy.idle_w).member("j_per_image", energy.j_per_image);
    out.member("j_per_mac", energy.j_per_mac).member("j_per_byte", energy.j_per_byte);
    out.member("j_per_kernel", energy.j_per_kernel).member("s_per_image", time.s_per_image);
    out.member("s_per_step", time.s_per_step).member("s_per_mac", time.s_per_mac);
    out.member("s_per_byte", time.s_per_byte).member("s_per_kernel", time.s_per_kernel);
    out.member("overlap", time.overlap);
  }
};

struct Rows {
  const Observations& table;
  std::span<const std::size_t> index;

  const Observation& operator[](std::size_t i) const { return table.rows[index[i]]; }
  std::size_t size() const { return index.size(); }
  std::vector<double> values(Target target) const {
    std::vector<double> all;
    for (const auto row : index) all.push_back(table.rows[row].value(target).value_or(0));
    return all;
  }
  bool batches_differ() const {
    return std::ranges::any_of(index, [&](std::size_t row) {
      return table.rows[row].batch != table.rows[index[0]].batch;
    });
  }
};

std::vector<double> predicted_by(const Roofline& roofline, const Rows& rows) {
  std::vector<double> all;
  for (std::size_t i = 0; i < rows.size(); ++i) all.push_back(roofline.at(rows[i]));
  return all;
}

// One round: what takes the time of each pass under `guess`, then the best times for that.
Roofline improved(const Roofline& guess, const Rows& rows, std::span<const double> seconds,
                  std::span<const double> weights, bool per_step) {
  Matrix a{rows.size(), 5};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Observation& row = rows[i];
    PassWork seen;
    for (const auto& pass : row.work->passes) seen += guess.seen(pass);
    a(i, 0) = row.images;
    a(i, 1) = per_step ? row.steps() : 0;
    a(i, 2) = row.steps() * seen.macs;
    a(i, 3) = row.steps() * seen.bytes;
    a(i, 4) = row.steps() * seen.kernels;
  }
  const auto x = weighted_fit(a, seconds, weights);
  return {x[0], x[1], x[2], x[3], x[4], guess.overlap};
}

struct TimeFit {
  Roofline roofline;
  double misfit = std::numeric_limits<double>::infinity();
};

// From one start: improved until that no longer helps.
void improve(Roofline now, const Rows& rows, std::span<const double> seconds, bool per_step,
             TimeFit& best) {
  auto weights = relative_weights(seconds);
  double before = std::numeric_limits<double>::infinity();
  for (int round = 0; round < kReweighings; ++round) {
    now = improved(now, rows, seconds, weights, per_step);
    const auto predicted = predicted_by(now, rows);
    const double error = misfit(predicted, seconds);
    if (error < best.misfit) best = {now, error};
    if (round > 2 && !(error < before * (1 - 1e-9))) return;
    before = error;
    weights = weights_for(predicted, seconds);
  }
}

// With overlap from several starts: the machines between a laptop and the largest GPU. Without it
// all starts end the same. The rows themselves tell whether this device overlaps.
Roofline fit_roofline(const Rows& rows) {
  constexpr std::array kMacRates{1e11, 1e12, 1e13, 1e14};  // MAC/s
  constexpr std::array kMacsPerByte{1.0, 5.0, 20.0, 60.0};
  constexpr std::array kLaunches{0.0, 1e-6, 4e-6, 1.5e-5};
  const auto seconds = rows.values(Target::time);
  const bool per_step = rows.batches_differ();
  TimeFit best;
  for (const double rate : kMacRates) {
    for (const double intensity : kMacsPerByte) {
      for (const double launch : kLaunches) {
        improve({0, 0, 1 / rate, intensity / rate, launch}, rows, seconds, per_step, best);
      }
    }
  }
  Roofline added;
  added.overlap = false;
  improve(added, rows, seconds, per_step, best);
  return best.roofline;
}

Energies fit_energies(const Rows& rows, const Roofline* time) {
  Matrix a{rows.size(), 5};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Observation& row = rows[i];
    const PassWork& work = row.work->total;
    a(i, 0) = time && time->overlap ? time->at(row) : 0;
    a(i, 1) = row.images;
    a(i, 2) = row.steps() * work.macs;
    a(i, 3) = row.steps() * work.bytes;
    a(i, 4) = row.steps() * work.kernels;
  }
  const auto x = ratio_fit(a, rows.values(Target::energy));
  return {x[0], x[1], x[2], x[3], x[4]};
}

constexpr std::size_t kCoefficients = 5;

void check_rows(const Rows& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Observation& row = rows[i];
    if (row.work && row.images > 0 && row.batch > 0) continue;
    throw FitError{
        "the physical model needs the network of each row (--names, --network) with its batch and "
        "images (--batch, --images), and " +
        (row.label.empty() ? std::string{"a row"} : "'" + row.label + "'") + " has none"};
  }
  if (rows.size() >= kCoefficients) return;
  throw FitError{std::to_string(rows.size()) +
                 " rows cannot determine the 5 coefficients of the "
                 "physical model; measure " +
                 std::to_string(kCoefficients - rows.size()) +
                 " networks more, or calibrate the device (erg predict calibrate)"};
}

}  // namespace

std::unique_ptr<Regressor> fit_physical(const Observations& table,
                                        std::span<const std::size_t> index, Target target) {
  const Rows rows{table, index};
  check_rows(rows);
  auto model = std::make_unique<Physical>();
  model->target = target;
  model->timed =
      std::ranges::all_of(index, [&](std::size_t row) { return table.rows[row].time.has_value(); });
  if (model->timed) model->time = fit_roofline(rows);
  if (target == Target::energy) {
    model->energy = fit_energies(rows, model->timed ? &model->time : nullptr);
  }
  return model;
}

std::unique_ptr<Regressor> physical_from(const Json& json, const std::string& name) {
  auto model = std::make_unique<Physical>();
  const auto target = text_member(json, "target", name);
  if (target != "energy" && target != "time") {
    throw FormatError{name + ": a target is energy or time, not '" + target + "'"};
  }
  model->target = target == "energy" ? Target::energy : Target::time;
  model->timed = member(json, "timed", name).boolean().value_or(false);
  const auto read = [&](const char* key) {
    const double value = number_member(json, key, name);
    if (!(value >= 0)) throw FormatError{name + ": '" + key + "' is below 0"};
    return value;
  };
  model->energy = {read("idle_w"), read("j_per_image"), read("j_per_mac"), read("j_per_byte"),
                   read("j_per_kernel")};
  const Json* overlap = json.find("overlap");  // an older model has none
  model->time = {read("s_per_image"),  read("s_per_step"),
                 read("s_per_mac"),    read("s_per_byte"),
                 read("s_per_kernel"), !overlap || overlap->boolean().value_or(true)};
  return model;
}

}  // namespace erg
