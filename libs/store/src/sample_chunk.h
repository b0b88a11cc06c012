// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "erg/span.h"
#include "sql.h"

namespace erg::store {

// The samples of one chunk, in columns: nanoseconds on the part's clock, and counts.
struct SampleColumns {
  std::vector<std::int64_t> times;
  std::vector<std::int64_t> counts;
};

// Precondition: as many times as counts.
Bytes encode_samples(std::span<const std::int64_t> times, std::span<const std::int64_t> counts);
void decode_samples(std::span<const std::uint8_t> chunk, SampleColumns& out);

Bytes encode_spans(std::span<const Span> spans, SpanIndex first);
// The spans [first, ...) of a part.
std::vector<Span> decode_spans(std::span<const std::uint8_t> chunk, SpanIndex first);

}  // namespace erg::store
