// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "erg/time.h"

namespace erg {

// Do not change the values of these enumerations: they are stored.
enum class SpanKind : std::uint8_t {
  run = 0,
  epoch = 1,
  step = 2,
  phase = 3,
  layer = 4,
  range = 5,  // a user's own
  block = 6,  // a block of a step design, MEASUREMENT.md 3.2
};
enum class Pass : std::uint8_t { none = 0, forward = 1, backward = 2 };

// Whose time a span is in. Host and device spans overlap and are never summed together.
enum class SpanClock : std::uint8_t { host = 0, device = 1 };

std::string_view to_string(SpanKind kind);
std::string_view to_string(Pass pass);
std::string_view to_string(SpanClock clock);

// The phases of an epoch, in order; together they tile it (ARCHITECTURE.md 3).
namespace phase {
inline constexpr std::string_view kData =
    "data";  // the device idles, the host waits for the loader
inline constexpr std::string_view kToDevice = "to_device";
inline constexpr std::string_view kForward = "forward";
inline constexpr std::string_view kLoss = "loss";
inline constexpr std::string_view kBackward = "backward";
inline constexpr std::string_view kOptimizer = "optimizer";
inline constexpr std::string_view kEvaluate = "evaluate";
inline constexpr std::string_view kOther = "other";
inline constexpr std::string_view kInOrder[] = {kData,     kToDevice,  kForward,  kLoss,
                                                kBackward, kOptimizer, kEvaluate, kOther};
}  // namespace phase

using NameId = std::uint32_t;
using SpanIndex = std::uint32_t;
inline constexpr SpanIndex kNoSpan = std::numeric_limits<SpanIndex>::max();
inline constexpr std::uint16_t kNoDevice = std::numeric_limits<std::uint16_t>::max();
inline constexpr Timestamp kStillOpen = Timestamp::max();  // the end of a span not yet closed

// One row of a SpanTable.
struct Span {
  NameId name = 0;
  SpanKind kind = SpanKind::range;
  Pass pass = Pass::none;
  SpanClock clock = SpanClock::host;
  std::uint16_t device = kNoDevice;  // index into the part's devices
  SpanIndex parent = kNoSpan;
  Interval interval{{}, kStillOpen};

  friend bool operator==(const Span&, const Span&) = default;
};

// The spans of a part in columns, in the order they were opened, with interned names.
//
// A million of them is normal: 28 bytes each. Not thread safe; a row's index never changes.
class SpanTable {
 public:
  NameId intern(std::string_view name);
  std::string_view name(NameId id) const { return names_[id]; }
  std::span<const std::string> names() const { return names_; }

  SpanIndex append(const Span& span);
  // Precondition: the span is open.
  void close(SpanIndex index, Timestamp end);

  std::size_t size() const { return begins_.size(); }
  bool empty() const { return begins_.empty(); }
  Span operator[](SpanIndex index) const;
  Interval interval(SpanIndex index) const { return {begins_[index], ends_[index]}; }
  bool open(SpanIndex index) const { return ends_[index] == kStillOpen; }

  std::span<const NameId> name_ids() const { return name_ids_; }
  std::span<const SpanKind> kinds() const { return kinds_; }
  std::span<const Pass> passes() const { return passes_; }
  std::span<const SpanClock> clocks() const { return clocks_; }
  std::span<const std::uint16_t> devices() const { return devices_; }
  std::span<const Timestamp> begins() const { return begins_; }
  std::span<const Timestamp> ends() const { return ends_; }
  std::span<const SpanIndex> parents() const { return parents_; }

 private:
  std::vector<std::string> names_;
  std::map<std::string, NameId, std::less<>> ids_;
  std::vector<NameId> name_ids_;
  std::vector<SpanKind> kinds_;
  std::vector<Pass> passes_;
  std::vector<SpanClock> clocks_;
  std::vector<std::uint16_t> devices_;
  std::vector<SpanIndex> parents_;
  std::vector<Timestamp> begins_;
  std::vector<Timestamp> ends_;
};

}  // namespace erg
