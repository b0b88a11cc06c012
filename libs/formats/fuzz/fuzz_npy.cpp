// SPDX-License-Identifier: Apache-2.0
#include "erg/npy.h"
#include "erg/pickle.h"
#include "fuzz.h"

// Arrays, and pickles as they lie in them: the first byte chooses.
void read_foreign(std::string bytes) {
  if (!bytes.empty() && bytes[0] == '\x93') {
    erg::read_npy_ragged(*erg::bytes_of(std::move(bytes), "fuzz"));
  } else {
    erg::Pickle{bytes, "fuzz"}.elements_of_root();
  }
}
