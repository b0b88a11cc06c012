// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "erg/span.h"
#include "sql.h"

namespace erg::store {

// Times in nanoseconds on the part's clock. Precondition: as many times as counts.
Bytes encode_samples(std::span<const std::int64_t> times, std::span<const std::int64_t> counts);

// Throws where the chunk holds another number of samples than there are places.
void decode_samples(std::span<const std::uint8_t> chunk, std::span<Timestamp> times,
                    std::span<std::int64_t> counts);

Bytes encode_spans(std::span<const Span> spans, SpanIndex first);
// The spans [first, ...) of a part.
std::vector<Span> decode_spans(std::span<const std::uint8_t> chunk, SpanIndex first);

}  // namespace erg::store
