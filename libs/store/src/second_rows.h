// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "erg/timeline.h"

namespace erg::store {

// One second of one channel, as any SQL client can read it.
struct SecondRow {
  std::int64_t second = 0;  // of the part's clock
  std::int64_t samples = 0;
  std::optional<double> mean;  // W where the channel has energy, else in its unit
  std::optional<double> min;
  std::optional<double> max;
  std::optional<double> energy_j;  // empty for a gauge
};

// Makes the rows of a channel's seconds while its samples come.
//
// Energy runs between readings as in Timeline and is cut at full seconds, so that rows add up to
// the energy between the first and the last reading. Seconds inside a stretch of more than a minute
// without a reading get no row: their energy stands in the row before.
class SecondRows {
 public:
  explicit SecondRows(const Channel& channel) : channel_{channel} {}

  // Precondition: later than the one before. Complete rows go to `done`.
  void add(Sample sample, std::vector<SecondRow>& done);
  // The second that may still grow; empty before the first sample.
  std::optional<SecondRow> open() const;

  double energy_j() const { return energy_j_; }

 private:
  void stretch(Sample from, Sample to, std::vector<SecondRow>& done);
  void piece(double begin_s, double end_s, double mean_w);
  void see(double value);
  void turn_to(std::int64_t second, std::vector<SecondRow>& done);

  Channel channel_;
  std::optional<Sample> last_;
  SecondRow row_;
  double covered_s_ = 0;  // of row_, where the channel has energy
  double sum_ = 0;        // of the readings in row_
  double energy_j_ = 0;
};

}  // namespace erg::store
