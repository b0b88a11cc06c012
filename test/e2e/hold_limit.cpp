// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "erg/power_limiter.h"

// hold_limit DEVICE WATTS: holds a card's limit and says so, until its input ends or it is killed.
int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    erg::PowerLimiter limiter{argv[1]};
    limiter.set(erg::Watts{std::atof(argv[2])});
    std::puts("held");
    std::fflush(stdout);
    char byte = 0;
    while (::read(STDIN_FILENO, &byte, 1) > 0) continue;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
