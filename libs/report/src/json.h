// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace erg {

// Keys stay in the order in which they are set, as documented.
using Json = nlohmann::ordered_json;

inline Json finite(double value) { return std::isfinite(value) ? Json(value) : Json{}; }
inline Json optional_number(std::optional<double> value) { return value ? finite(*value) : Json{}; }

// Null where it is not known, which the values themselves keep as empty or 0.
inline Json known(const std::string& text) { return text.empty() ? Json{} : Json(text); }
inline Json known(std::int64_t number) { return number != 0 ? Json(number) : Json{}; }

inline std::string dumped(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace erg
