// SPDX-License-Identifier: Apache-2.0
#include "launched_rank.h"

#include <charconv>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "erg/store.h"

namespace erg {
namespace {

std::optional<int> number_in(const char* variable) {
  const char* const set = std::getenv(variable);
  const std::string_view text = set ? set : "";
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<int> first_number(std::initializer_list<const char*> variables) {
  for (const char* variable : variables) {
    if (const auto value = number_in(variable)) return value;
  }
  return std::nullopt;
}

}  // namespace

std::int32_t joined_rank() {
  const auto rank = first_number({"RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK"});
  return rank ? 1 + *rank : kNextRank;
}

bool first_on_this_host() {
  return first_number({"LOCAL_RANK", "SLURM_LOCALID", "OMPI_COMM_WORLD_LOCAL_RANK"}).value_or(0) ==
         0;
}

}  // namespace erg
