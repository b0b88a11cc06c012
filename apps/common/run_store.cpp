// SPDX-License-Identifier: Apache-2.0
#include "run_store.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>

#include "erg/open_store.h"

namespace erg {

std::string absolute_store_url(std::string url) {
  if (url.empty()) url = default_store_url();
  constexpr std::string_view kScheme = "sqlite:";
  const auto letter = [](unsigned char c) { return std::isalpha(c) != 0; };
  const auto before = url.find(':');
  if (url.starts_with(kScheme)) {
    url.erase(0, kScheme.size());
  } else if (before != std::string::npos &&
             std::all_of(url.begin(), url.begin() + static_cast<std::ptrdiff_t>(before), letter)) {
    return url;  // a server, or something that open_store refuses
  }
  if (url.empty()) return std::string{kScheme};
  return std::string{kScheme} + std::filesystem::absolute(url).string();
}

std::unique_ptr<Store> open_existing_store(const std::string& url) {
  const std::string whole = absolute_store_url(url);
  constexpr std::string_view kScheme = "sqlite:";
  std::error_code unknown;  // to open a file's store makes it
  if (whole.starts_with(kScheme) && whole.size() > kScheme.size() &&
      !std::filesystem::exists(whole.substr(kScheme.size()), unknown)) {
    throw StoreError{"there is no store " + url +
                     ": is its name right? erg run -- COMMAND and erg import make one"};
  }
  return open_store(url);
}

void must_be_running(const Store& store, RunId run) {
  if (store.status(run) == RunStatus::running) return;
  throw StoreError{"the run " + run.text() + " has ended; this is measured as a run of its own"};
}

}  // namespace erg
