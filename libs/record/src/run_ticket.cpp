// SPDX-License-Identifier: Apache-2.0
#include "erg/run_ticket.h"

namespace erg {

std::string RunTicket::text() const { return run.text() + "@" + store_url; }

std::optional<RunTicket> RunTicket::parse(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || at + 1 == text.size()) return std::nullopt;
  const auto run = Uuid::parse(text.substr(0, at));
  if (!run) return std::nullopt;
  return RunTicket{*run, std::string{text.substr(at + 1)}};
}

}  // namespace erg
