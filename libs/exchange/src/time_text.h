// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "erg/time.h"

namespace erg::exchange {

// "2023/07/08 19:28:27.236" or "2023-07-08T19:28:27[.236][Z|+02:00]". A time that says its offset
// is turned into UTC; one that does not stands as it is. Empty for anything else.
std::optional<UtcTime> parse_time_text(std::string_view text);

// As powermetrics writes it: "Sun Oct 22 14:38:08 2023 +0200".
std::optional<UtcTime> parse_date_text(std::string_view text);

// "2023-07-08T19:28:27", the second it falls into.
std::string time_text(UtcTime time);

}  // namespace erg::exchange
