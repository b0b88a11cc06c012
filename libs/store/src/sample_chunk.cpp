// SPDX-License-Identifier: Apache-2.0
#include "sample_chunk.h"

#include <string>

#include "columns.h"

namespace erg::store {

Bytes encode_samples(std::span<const std::int64_t> times, std::span<const std::int64_t> counts) {
  BodyWriter writer;
  writer.varint(times.size());
  write_series(writer, times);
  write_series(writer, counts);
  return writer.finish();
}

void decode_samples(std::span<const std::uint8_t> chunk, std::span<Timestamp> times,
                    std::span<std::int64_t> counts) {
  BodyReader reader{chunk};
  if (const std::size_t samples = reader.count(); samples != times.size()) {
    throw StoreError{"a chunk is damaged: it has " + std::to_string(samples) +
                     " samples instead of " + std::to_string(times.size()) + ": run erg db check"};
  }
  read_series(reader, times);
  read_series(reader, counts);
}

}  // namespace erg::store
