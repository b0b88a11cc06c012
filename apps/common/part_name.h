// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace erg {

inline constexpr std::string_view kPartNamed = "part '";

// The note that keeps the name of a part that joined a run of another name. No warning.
inline std::string note_of_name(std::string_view name) {
  return std::string{kPartNamed} + std::string{name} + "'";
}
inline bool is_note_of_name(std::string_view note) { return note.starts_with(kPartNamed); }

}  // namespace erg
