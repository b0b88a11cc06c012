// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace erg {

// How a number came to be, from the surest to the weakest. A sum is as sure as its weakest term.
// Do not change the values: they are stored.
enum class Provenance : std::uint8_t {
  measured = 0,    // a counter, or integrated power
  attributed = 1,  // measured, then divided among spans by a model
  imported = 2,    // computed by another tool from its own measurement
  modelled = 3,    // an estimator
  assumed = 4,     // a constant
};

std::string_view to_string(Provenance provenance);
std::optional<Provenance> provenance_from(std::string_view word);

constexpr Provenance weakest(Provenance a, Provenance b) { return a < b ? b : a; }

}  // namespace erg
