// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "forwarding_writer.h"

namespace erg {

// Sums the energy of what passes: what a run has taken so far, to be shown while it goes on. Any
// thread.
class EnergyTally final : public ForwardingWriter {
 public:
  EnergyTally(std::unique_ptr<RunWriter> to, std::vector<Channel> channels);

  // Of all devices, each by its surest channel; up to the last readings that came. Empty where
  // nothing told an energy yet.
  std::optional<Joules> energy() const;

  void append_samples(std::size_t channel, std::span<const Sample> samples) override;
  void append_gap(std::size_t channel, const Gap& gap) override;

 private:
  struct Sum {
    Channel channel;
    std::optional<Sample> last;
    bool told = false;  // at least two readings followed each other
    Joules energy;
  };

  mutable std::mutex mutex_;
  std::vector<Sum> sums_;  // guarded by mutex_
};

}  // namespace erg
