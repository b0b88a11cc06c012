// SPDX-License-Identifier: Apache-2.0
#include "words.h"

#include <cstdio>

namespace erg::attribution {

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%+.1f %%", 100 * share);
  return text;
}

std::string seconds(Seconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g s", time.count());
  return text;
}

}  // namespace erg::attribution
