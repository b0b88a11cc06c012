// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "erg/uuid.h"

namespace erg {

// What `erg run` leaves in the environment variable ERG_RUN for the programs under it, so that they
// add their spans to its run instead of measuring a second time. "<run id>@<store URL>".
struct RunTicket {
  RunId run;
  std::string store_url;

  std::string text() const;
  static std::optional<RunTicket> parse(std::string_view text);

  friend bool operator==(const RunTicket&, const RunTicket&) = default;
};

inline constexpr const char* kRunTicketVariable = "ERG_RUN";

}  // namespace erg
