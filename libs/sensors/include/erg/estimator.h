// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erg/provenance.h"
#include "erg/sensor.h"
#include "erg/units.h"

namespace erg {

// Our own model of a CPU: P = idle + (max - idle) * u^exponent, u its utilisation in [0, 1].
struct IdleMaxModel {
  Watts idle;
  Watts max;
  double exponent = 0.75;

  Watts at(double utilisation) const;
  friend bool operator==(const IdleMaxModel&, const IdleMaxModel&) = default;
};

// One minute's worth of these, from idle to full load, calibrates a model.
struct UtilisationPower {
  double utilisation = 0;
  Watts power;
};

// Least squares; the exponent is sought in [0.3, 2]. Empty with fewer than three different
// utilisations, or when power does not grow with load.
std::optional<IdleMaxModel> calibrate(std::span<const UtilisationPower> readings);

// What an estimator may know of the machine.
struct EstimatorInput {
  std::optional<Watts> tdp;  // of one CPU; empty: the model is not in the table
  std::int64_t sockets = 1;
  double share = 1;  // of the CPU's threads that this (virtual) machine has
  std::int64_t threads = 1;
  std::int64_t memory_bytes = 0;
  bool arm = false;
  std::optional<IdleMaxModel> calibrated;
};

// A formula that stands in for a sensor: from the CPU's utilisation to a power.
struct Estimator {
  std::string name;     // one of estimator_names()
  std::string formula;  // with its numbers
  Provenance provenance = Provenance::modelled;
  double gain_u = 0.25;  // relative standard uncertainty
  std::function<Watts(double utilisation)> power;
};

// CPU: cpu_idle_max (ours), codecarbon_constant, codecarbon_load, utilisation_tdp, nominal_power.
// Memory: memory_8gb (3 W per 8 GB), codecarbon_dimm (5 W per DIMM).
std::span<const std::string_view> estimator_names();

// Empty for a name that is none of estimator_names().
std::optional<Estimator> make_estimator(std::string_view name, const EstimatorInput& input);

// The DIMMs that CodeCarbon 3 supposes behind so much memory, and what it gives to so many.
std::int64_t codecarbon_dimms(std::int64_t memory_bytes);
Watts codecarbon_dimm_power(std::int64_t dimms, bool arm);

// One estimate to record: as energy, counted from the first read.
struct EstimatedChannel {
  std::string name;    // of the channel: "energy" for a device's best number
  std::string device;  // Device::id
  Estimator estimator;
};

// Estimates from the CPU's utilisation in /proc/stat, with the utilisation itself as a gauge of
// `utilisation_device` (empty: without). A failed read loses nothing: the next one covers the time
// between.
class EstimatorSensor final : public Sensor {
 public:
  // Throws SensorUnavailable when `proc`/stat cannot be read.
  EstimatorSensor(std::vector<EstimatedChannel> estimates, std::string utilisation_device,
                  const std::filesystem::path& proc = "/proc");
  ~EstimatorSensor() override;

  std::span<const Channel> channels() const noexcept override { return channels_; }
  Nanoseconds period() const noexcept override { return std::chrono::milliseconds{100}; }
  void read(const HostClock& clock, std::span<Slot> slots) noexcept override;

 private:
  struct State;

  std::vector<Channel> channels_;
  std::unique_ptr<State> state_;
};

}  // namespace erg
