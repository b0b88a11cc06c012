// SPDX-License-Identifier: Apache-2.0
#include "tcp_collective.h"

#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <algorithm>
#include <thread>

#include "erg/uuid.h"
#include "tcp_socket.h"

namespace erg {
namespace {

constexpr std::size_t kTokenSize = 36;  // a UUID as text

// Where rank 0 listens, and the word that proves who connects.
struct Door {
  std::uint16_t port = 0;
  std::string token;
};

// PyTorch's store at the master's address: rank 0 keeps it, unless the launcher does.
c10::intrusive_ptr<c10d::TCPStore> open_master(const RankPlace& place) {
  c10d::TCPStoreOptions options;
  options.port = place.master_port;
  options.isServer = place.rank == 0 && !place.master_serves;
  options.waitWorkers = false;
  try {
    return c10::make_intrusive<c10d::TCPStore>(place.master_address, options);
  } catch (const std::exception& error) {
    const std::string words = error.what();
    throw TrainingError{"rank " + std::to_string(place.rank) + " cannot meet the others at " +
                        place.master_address + ", port " + std::to_string(place.master_port) +
                        " (MASTER_ADDR, MASTER_PORT): " + words.substr(0, words.find('\n'))};
  }
}

Door ask_for_door(c10d::TCPStore& master, const std::string& key, Patience& patience) {
  patience.begin();
  while (!master.check({key})) {
    patience.check();
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  const auto bytes = master.get(key);
  const std::string text{bytes.begin(), bytes.end()};
  const auto blank = text.find(' ');
  if (blank == std::string::npos) throw TrainingError{"rank 0 did not tell where it is: " + text};
  return {static_cast<std::uint16_t>(std::stoi(text)), text.substr(blank + 1)};
}

class TcpCollective : public Collective {
 public:
  TcpCollective(const RankPlace& place, Patience patience)
      : place_{place}, patience_{std::move(patience)} {
    const auto master = open_master(place);
    const std::string key = "erg/" + place.attempt + "/door";
    if (place.rank == 0) {
      listen(*master, key);
    } else {
      const Door door = ask_for_door(*master, key, patience_);
      patience_.begin();
      others_.push_back(TcpSocket::connected(place.master_address, door.port));
      std::int32_t mine = place.rank;
      others_[0].send(std::as_bytes(std::span{door.token}), patience_);
      others_[0].send(std::as_bytes(std::span{&mine, 1}), patience_);
    }
    char ready = 0;  // the master may go when all have been here
    broadcast(std::as_writable_bytes(std::span{&ready, 1}), 0);
  }

  int rank() const override { return place_.rank; }
  int size() const override { return place_.size; }
  void sum(std::span<float> values, void* /*stream*/) override { add_up(values); }
  void sum(std::span<double> values) override { add_up(values); }

  void broadcast(std::span<std::byte> bytes, int from) override {
    patience_.begin();
    if (rank() == from && from != 0) others_[0].send(bytes, patience_);
    if (rank() == 0 && from != 0) other(from).receive(bytes, patience_);
    if (rank() == 0) {
      for (int to = 1; to < size(); ++to) {
        if (to != from) other(to).send(bytes, patience_);
      }
    } else if (rank() != from) {
      others_[0].receive(bytes, patience_);
    }
  }

 private:
  // Of rank 0: the connection to rank `rank`.
  const TcpSocket& other(int rank) const { return others_[static_cast<std::size_t>(rank - 1)]; }

  void listen(c10d::TCPStore& master, const std::string& key) {
    const TcpSocket door = TcpSocket::listening(place_.master_address);
    const std::string token = Uuid::random().text();
    const std::string text = std::to_string(door.port()) + " " + token;
    master.set(key, {text.begin(), text.end()});
    others_.resize(static_cast<std::size_t>(size() - 1));
    patience_.begin();
    for (int missing = size() - 1; missing > 0;) {
      TcpSocket caller = door.accept(patience_);
      std::string said(kTokenSize, '\0');
      std::int32_t rank = 0;
      try {
        caller.receive(std::as_writable_bytes(std::span{said}), patience_);
        caller.receive(std::as_writable_bytes(std::span{&rank, 1}), patience_);
      } catch (const RankLost&) {
        patience_.check();
        continue;  // somebody who knocked and went
      }
      if (said != token || rank < 1 || rank >= size()) continue;
      others_[static_cast<std::size_t>(rank - 1)] = std::move(caller);
      --missing;
    }
  }

  // Rank 0 adds the others' values to its own in the order of ranks: the same bits every time.
  template <class Value>
  void add_up(std::span<Value> values) {
    constexpr std::size_t kAtOnce = 1 << 18;
    patience_.begin();
    if (rank() != 0) {
      others_[0].send(std::as_bytes(values), patience_);
      others_[0].receive(std::as_writable_bytes(values), patience_);
      return;
    }
    std::vector<Value> theirs(std::min(kAtOnce, values.size()));
    for (const TcpSocket& from : others_) {
      for (std::size_t at = 0; at < values.size(); at += kAtOnce) {
        const auto mine = values.subspan(at, std::min(kAtOnce, values.size() - at));
        const auto piece = std::span{theirs}.first(mine.size());
        from.receive(std::as_writable_bytes(piece), patience_);
        std::ranges::transform(mine, piece, mine.begin(), std::plus{});
      }
    }
    for (const TcpSocket& to : others_) to.send(std::as_bytes(values), patience_);
  }

  const RankPlace place_;
  Patience patience_;
  std::vector<TcpSocket> others_;  // of rank 0: ranks 1, 2, ...; of the others: rank 0
};

}  // namespace

std::unique_ptr<Collective> join_by_tcp(const RankPlace& place, Patience patience) {
  return std::make_unique<TcpCollective>(place, std::move(patience));
}

}  // namespace erg
