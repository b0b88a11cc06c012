// SPDX-License-Identifier: Apache-2.0
#include "energy_tally.h"

#include <map>
#include <tuple>

namespace erg {
namespace {

// The order in which an attribution chooses, too: the surest, then the quickest, a counter last.
auto rank(const Channel& channel) {
  return std::tuple{channel.provenance, (channel.refresh + channel.window).count(),
                    channel.kind == ChannelKind::energy_counter};
}

Joules between(const Channel& channel, const Sample& from, const Sample& to) {
  const double steps = static_cast<double>(to.count - from.count);
  if (channel.kind == ChannelKind::energy_counter) return Joules{steps * channel.resolution};
  const double sum = static_cast<double>(to.count + from.count);
  return Watts{0.5 * sum * channel.resolution} * Seconds{to.time - from.time};
}

}  // namespace

EnergyTally::EnergyTally(std::unique_ptr<RunWriter> to, std::vector<Channel> channels)
    : ForwardingWriter{std::move(to)} {
  for (auto& channel : channels) sums_.push_back({std::move(channel), {}, false, {}});
}

std::optional<Joules> EnergyTally::energy() const {
  const std::scoped_lock lock{mutex_};
  std::map<std::string_view, const Sum*> best;
  for (const auto& sum : sums_) {
    if (!sum.told) continue;
    const Sum*& known = best[sum.channel.device];
    if (!known || rank(sum.channel) < rank(known->channel)) known = &sum;
  }
  if (best.empty()) return std::nullopt;
  Joules all;
  for (const auto& [device, sum] : best) all += sum->energy;
  return all;
}

void EnergyTally::append_samples(std::size_t channel, std::span<const Sample> samples) {
  {
    const std::scoped_lock lock{mutex_};
    Sum& sum = sums_[channel];
    for (const auto& sample : samples) {
      if (sum.channel.kind == ChannelKind::gauge) break;
      if (sum.last && sample.time <= sum.last->time) continue;
      if (sum.last) {
        const Joules more = between(sum.channel, *sum.last, sample);
        if (more >= Joules{0}) sum.energy += more;
        sum.told = true;
      }
      sum.last = sample;
    }
  }
  ForwardingWriter::append_samples(channel, samples);
}

void EnergyTally::append_gap(std::size_t channel, const Gap& gap) {
  {
    const std::scoped_lock lock{mutex_};
    sums_[channel].last.reset();
  }
  ForwardingWriter::append_gap(channel, gap);
}

}  // namespace erg
