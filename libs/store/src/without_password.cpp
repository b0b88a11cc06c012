// SPDX-License-Identifier: Apache-2.0
#include "erg/open_store.h"

namespace erg {
namespace {

// Drops password=... from "a=1&password=2&b=3".
std::string without_password_option(std::string_view options) {
  std::string kept;
  while (!options.empty()) {
    const auto end = options.find('&');
    const std::string_view option = options.substr(0, end);
    options = end == std::string_view::npos ? std::string_view{} : options.substr(end + 1);
    if (option.starts_with("password=") || option.starts_with("sslpassword=")) continue;
    if (!kept.empty()) kept += "&";
    kept += option;
  }
  return kept;
}

}  // namespace

std::string without_password(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string{url};
  const auto question = url.find('?');
  std::string_view place = url.substr(0, question);
  const auto authority = scheme + 3;
  const auto slash = place.find('/', authority);
  const auto at = place.substr(0, slash).rfind('@');
  std::string kept{place};
  if (at != std::string_view::npos && at >= authority) {
    const auto colon = place.find(':', authority);
    if (colon < at) kept.erase(colon, at - colon);
  }
  if (question == std::string_view::npos) return kept;
  const std::string options = without_password_option(url.substr(question + 1));
  return options.empty() ? kept : kept + "?" + options;
}

}  // namespace erg
