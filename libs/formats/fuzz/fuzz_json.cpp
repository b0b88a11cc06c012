// SPDX-License-Identifier: Apache-2.0
#include "erg/byte_source.h"
#include "erg/json.h"
#include "fuzz.h"

// JSON, and gzip data: the first byte chooses.
void read_foreign(std::string bytes) {
  if (!bytes.empty() && bytes[0] == '\x1f') {
    const auto source = erg::bytes_of(std::move(bytes), "fuzz");
    erg::read_all(*erg::decompressed(*source), 1 << 20);
  } else {
    erg::Json::parse(bytes, "fuzz");
  }
}
