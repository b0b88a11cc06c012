// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <tuple>
#include <vector>

#include "segments.h"

namespace erg::attribution {

// Finds which spans tell the time of a device, and cuts each set of spans once.
class LaneFinder {
 public:
  LaneFinder(ClassTable& classes, std::vector<std::string>& notes)
      : classes_{classes}, notes_{notes} {}

  // One lane for each rank that uses the device; `device` may be null: the host's own time.
  std::vector<const Lane*> lanes(const Host& host, const MeasuredDevice* device);

  // Whether the device has spans on its own clock, of any kind.
  static bool has_own_spans(const MeasuredDevice& device);

 private:
  std::vector<SpanFilter> filters(const Host& host, const MeasuredDevice* device);
  const Lane& lane(const SpanFilter& filter, const Host& host);
  Lane whole(const Host& host, std::string name);
  std::vector<const Lane*> ranks(const Host& host, const MeasuredDevice* device);
  void note(std::string text);

  struct Kept {
    SpanFilter filter;
    Lane lane;
  };
  ClassTable& classes_;
  std::vector<std::string>& notes_;
  std::deque<Kept> kept_;  // stable addresses
};

}  // namespace erg::attribution
