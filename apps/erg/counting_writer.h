// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "forwarding_writer.h"

namespace erg {

// Counts the readings that pass into `samples`, which must outlive it. What waits to
// be written stays small, however long the file is.
class CountingWriter final : public ForwardingWriter {
 public:
  CountingWriter(std::unique_ptr<RunWriter> to, std::uint64_t& samples)
      : ForwardingWriter{std::move(to)}, samples_{samples} {}

  void append_samples(std::size_t channel, std::span<const Sample> samples) override {
    ForwardingWriter::append_samples(channel, samples);
    samples_ += samples.size();
    waiting_ += samples.size();
    if (waiting_ < kMostWaiting) return;
    heartbeat();
    waiting_ = 0;
  }

 private:
  static constexpr std::uint64_t kMostWaiting = 2'000'000;

  std::uint64_t& samples_;
  std::uint64_t waiting_ = 0;
};

}  // namespace erg
