// SPDX-License-Identifier: Apache-2.0
#include "erg/csv_numbers.h"
#include "erg/csv_reader.h"
#include "fuzz.h"

void read_foreign(std::string bytes) {
  const auto source = erg::bytes_of(bytes, "fuzz");
  erg::CsvReader reader{*source, {.longest_record = 1 << 16}};
  while (reader.next()) continue;
  const auto again = erg::bytes_of("a,b\n" + bytes, "fuzz");
  erg::CsvNumbers numbers{*again, {"a"}, {"b"}};
  erg::NumberChunk chunk;
  while (numbers.next(chunk)) continue;
}
