// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "erg/time.h"

namespace erg::exchange {

// The stamps of one card's rows in the order of a log: tells those that cannot be, and how long a
// time without a row is a hole. It looks a few rows ahead and holds no more than that.
class StampSieve {
 public:
  void add(std::uint64_t row, UtcTime time);
  void finish();  // no more will come

  // Rows whose stamps most of the rows after them contradict, or that stand alone, far from all
  // others, at the begin or the end. A clock that is set back and stays so is none of these.
  const std::vector<std::uint64_t>& absurd() const { return absurd_; }
  std::optional<UtcTime> first() const { return first_; }
  std::optional<UtcTime> last() const { return last_; }
  // Longer than ten of the usual spacings, and than a second.
  Nanoseconds hole() const;

 private:
  struct Stamp {
    std::uint64_t row;
    UtcTime time;
  };

  void judge();
  bool is_absurd(const Stamp& stamp) const;

  std::deque<Stamp> ahead_;
  std::vector<std::uint64_t> absurd_;
  std::vector<Nanoseconds> spacings_;  // the first of them
  std::optional<UtcTime> first_;
  std::optional<UtcTime> last_;
  std::uint64_t good_ = 0;
};

}  // namespace erg::exchange
