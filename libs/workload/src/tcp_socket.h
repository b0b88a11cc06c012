// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "patience.h"

namespace erg {

// One connection, or one place that listens for them. Every wait ends with the patience.
class TcpSocket {
 public:
  TcpSocket() = default;
  explicit TcpSocket(int descriptor) : descriptor_{descriptor} {}
  ~TcpSocket();
  TcpSocket(TcpSocket&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
  TcpSocket& operator=(TcpSocket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  // At `address` where that is this machine's, else at all of its addresses; a port that is free.
  // Throws TrainingError.
  static TcpSocket listening(const std::string& address);
  // Throws TrainingError when nobody listens there.
  static TcpSocket connected(const std::string& address, std::uint16_t port);

  std::uint16_t port() const;
  TcpSocket accept(Patience& patience) const;

  // All of it. Throw RankLost.
  void send(std::span<const std::byte> bytes, Patience& patience) const;
  void receive(std::span<std::byte> bytes, Patience& patience) const;

 private:
  void wait_for(short events, Patience& patience) const;

  int descriptor_ = -1;
};

}  // namespace erg
