// SPDX-License-Identifier: Apache-2.0
#include "erg/collective.h"

#include "mpi_collective.h"
#include "tcp_collective.h"

namespace erg {

std::vector<std::string> gather(Collective& ranks, std::string_view mine) {
  std::vector<std::string> all;
  for (int from = 0; from < ranks.size(); ++from) {
    const bool speaks = from == ranks.rank();
    std::uint64_t size = speaks ? mine.size() : 0;
    ranks.broadcast(std::as_writable_bytes(std::span{&size, 1}), from);
    std::string text = speaks ? std::string{mine} : std::string(size, '\0');
    ranks.broadcast(std::as_writable_bytes(std::span{text}), from);
    all.push_back(std::move(text));
  }
  return all;
}

bool any(Collective& ranks, bool mine) {
  double said = mine ? 1 : 0;
  ranks.sum(std::span{&said, 1});
  return said > 0;
}

std::unique_ptr<Collective> join_ranks(const RankPlace& place, std::stop_token stop) {
  Patience patience{std::move(stop), place.seconds_to_end};
  const bool by_mpi = place.launcher == Launcher::mpirun || place.master_address.empty();
  if (by_mpi) return join_by_mpi(place, std::move(patience));
  return join_by_tcp(place, std::move(patience));
}

}  // namespace erg
