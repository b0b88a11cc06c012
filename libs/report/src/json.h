// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace erg {

// Keys stay in the order in which they are set, as documented.
using Json = nlohmann::ordered_json;

inline Json finite(double value) { return std::isfinite(value) ? Json(value) : Json{}; }
inline Json optional_number(std::optional<double> value) { return value ? finite(*value) : Json{}; }

inline std::string dumped(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace erg
