// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>
#include <utility>

#include "erg/breakdown.h"
#include "erg/channel.h"
#include "erg/device.h"
#include "erg/provenance.h"
#include "erg/run.h"
#include "erg/sensor.h"
#include "erg/span.h"
#include "erg/study_cell.h"
#include "erg/timeline.h"

namespace erg {
namespace {

constexpr std::array<std::string_view, 4> kCellStates{"open", "leased", "done", "failed"};
constexpr std::array<std::string_view, 5> kProvenances{"measured", "attributed", "imported",
                                                       "modelled", "assumed"};
constexpr std::array<std::string_view, 3> kChannelKinds{"energy_counter", "windowed_power",
                                                        "gauge"};
constexpr std::array<std::string_view, 6> kUnits{"J", "W", "Hz", "C", "ratio", "B"};
constexpr std::array<std::string_view, 4> kDeviceKinds{"gpu", "cpu", "memory", "board"};
constexpr std::array<std::string_view, 4> kStatuses{"running", "finished", "failed", "interrupted"};
constexpr std::array<std::string_view, 7> kAbsences{
    "none", "nothing new", "failed", "malformed", "not supported", "no permission", "device lost"};
constexpr std::array<std::string_view, 7> kSpanKinds{"run",   "epoch", "step", "phase",
                                                     "layer", "range", "block"};
constexpr std::array<std::string_view, 3> kPasses{"", "forward", "backward"};
constexpr std::array<std::string_view, 2> kSpanClocks{"host", "device"};
constexpr std::array<std::string_view, 4> kGapReasons{"reset", "unreadable", "overrun",
                                                      "device lost"};
constexpr std::array<std::string_view, 9> kGroupings{
    "run", "epoch", "phase", "layer", "layer_kind", "device", "range", "rank", "host"};

template <std::size_t N, class Enum>
std::string_view word(const std::array<std::string_view, N>& words, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? words[index] : "?";
}

template <class Enum, std::size_t N>
std::optional<Enum> value(const std::array<std::string_view, N>& words, std::string_view word) {
  for (std::size_t i = 0; i < N; ++i) {
    if (words[i] == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Provenance provenance) { return word(kProvenances, provenance); }
std::optional<Provenance> provenance_from(std::string_view text) {
  return value<Provenance>(kProvenances, text);
}
std::string_view to_string(ChannelKind kind) { return word(kChannelKinds, kind); }
std::string_view to_string(Unit unit) { return word(kUnits, unit); }
std::string_view to_string(DeviceKind kind) { return word(kDeviceKinds, kind); }
std::string_view to_string(CellState state) { return word(kCellStates, state); }
std::string_view to_string(RunStatus status) { return word(kStatuses, status); }
std::string_view to_string(Absence absence) { return word(kAbsences, absence); }
std::string_view to_string(SpanKind kind) { return word(kSpanKinds, kind); }
std::string_view to_string(Pass pass) { return word(kPasses, pass); }
std::string_view to_string(SpanClock clock) { return word(kSpanClocks, clock); }
std::string_view to_string(GapReason reason) { return word(kGapReasons, reason); }
std::string_view to_string(Grouping grouping) { return word(kGroupings, grouping); }
std::optional<Grouping> grouping_from(std::string_view text) {
  return value<Grouping>(kGroupings, text);
}

}  // namespace erg
