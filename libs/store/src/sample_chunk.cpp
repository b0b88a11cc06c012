// SPDX-License-Identifier: Apache-2.0
#include "sample_chunk.h"

#include "columns.h"

namespace erg::store {

Bytes encode_samples(std::span<const std::int64_t> times, std::span<const std::int64_t> counts) {
  BodyWriter writer;
  writer.varint(times.size());
  write_series(writer, times);
  write_series(writer, counts);
  return writer.finish();
}

void decode_samples(std::span<const std::uint8_t> chunk, SampleColumns& out) {
  BodyReader reader{chunk};
  const std::size_t samples = reader.count();
  out.times.resize(samples);
  out.counts.resize(samples);
  read_series(reader, out.times);
  read_series(reader, out.counts);
}

}  // namespace erg::store
