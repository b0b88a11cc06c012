// SPDX-License-Identifier: Apache-2.0
#include "erg/power_table.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "erg/lower_case.h"

namespace erg {
namespace {

bool is_noise(std::string_view word) {
  constexpr std::string_view kNoise[] = {"intel", "amd",       "nvidia", "cpu",
                                         "gen",   "processor", "apu"};
  if (std::ranges::find(kNoise, word) != std::end(kNoise)) return true;
  if (word.ends_with("-core") || word.ends_with("-cores")) return true;
  return word.size() > 2 && std::isdigit(static_cast<unsigned char>(word[0])) &&
         word.ends_with("th");  // "12th Gen"
}

void erase_all(std::string& text, std::string_view what) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), 1, ' ');
  }
}

// The words that tell a model, in lower case.
std::string essence(std::string_view name) {
  std::string text = lower_case(name);
  for (const std::string_view mark : {"(r)", "(tm)", "(c)"}) erase_all(text, mark);
  for (const std::string_view rest : {"@", " w/ radeon", " with radeon"})
    text.resize(std::min(text.size(), text.find(rest)));
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(' ', at), text.size());
    const std::string_view word = std::string_view{text}.substr(at, end - at);
    if (!word.empty() && !is_noise(word)) out.append(out.empty() ? "" : " ").append(word);
    at = end + 1;
  }
  return out;
}

std::optional<NominalPower> find(std::span<const NominalPower> table, std::string_view name) {
  const std::string wanted = essence(name);
  const auto found = std::ranges::find_if(
      table, [&](const NominalPower& line) { return essence(line.model) == wanted; });
  if (found == table.end()) return std::nullopt;
  return *found;
}

}  // namespace

std::string_view power_table_version() { return "1"; }

std::optional<NominalPower> find_cpu_power(std::string_view model_name) {
  return find(cpu_power_table(), model_name);
}

std::optional<NominalPower> find_gpu_power(std::string_view model_name) {
  return find(gpu_power_table(), model_name);
}

}  // namespace erg
