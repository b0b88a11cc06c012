// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "erg/design_solve.h"

namespace erg::attribution {

// A row as a weighted sum of design energies.
struct LinearRow {
  std::string name;
  Pass pass = Pass::none;
  std::vector<double> weights;  // by design
  bool launch_bound = false;
  std::size_t members = 1;
};

// A step, or the beginning of one by phases, of which nothing is repeated.
bool is_plain(const StepDesign& design);

// The layers that a design repeats together: one, mostly.
std::vector<std::string> members_of(std::string_view layers);

// Turns the energies of designs into rows that add up to a step.
class DesignRows {
 public:
  // Both must outlive this.
  DesignRows(const DesignFit& fit, const Channel& channel, std::string device)
      : fit_{fit}, channel_{channel}, device_{std::move(device)} {}

  void phases(Breakdown& result) const;
  void layers(const AttributionOptions& options, Breakdown& result) const;

  // As the designs tell them, before anything is grouped or made to add up. None where no layer
  // was repeated.
  std::vector<LinearRow> phase_rows() const;
  std::vector<LinearRow> layer_rows(const AttributionOptions& options) const;

 private:
  std::size_t find(bool backward, bool optimizer, bool copy) const;  // designs.size(): none
  std::vector<LinearRow> repeated_phases() const;
  void close_step(const std::vector<LinearRow>& rows, std::vector<double>& moved_j,
                  Breakdown& result) const;
  std::vector<LinearRow> grouped(std::vector<LinearRow> rows,
                                 const std::vector<std::string>& order) const;
  std::vector<double> largest() const;

  double energy_j(const std::vector<double>& weights) const;
  double covariance_j2(const LinearRow& a, const LinearRow& b) const;
  double variance_j2(const std::vector<double>& weights) const { return fit_.variance_j2(weights); }
  BreakdownRow row_of(const LinearRow& row) const;
  // `told`: what all rows are together, as they stand after they were moved.
  void finish(const std::vector<LinearRow>& rows, const std::vector<double>& moved_j,
              const std::vector<double>& told, Breakdown& result) const;
  void check_prefixes(const std::vector<LinearRow>& rows, const std::vector<std::string>& order,
                      Breakdown& result) const;
  // Makes the rows of one pass add up to it: how much each was moved.
  void close(const std::vector<LinearRow>& rows, Pass pass, const std::vector<double>& target,
             std::vector<double>& moved_j, Breakdown& result) const;

  const DesignFit& fit_;
  const Channel& channel_;
  std::string device_;
};

}  // namespace erg::attribution
