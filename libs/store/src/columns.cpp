// SPDX-License-Identifier: Apache-2.0
#include "columns.h"

#include <zstd.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <string>

namespace erg::store {
namespace {

// Do not change: it is stored. A new format takes the next number and old chunks stay readable.
constexpr std::uint8_t kFormat = 1;
// A chunk larger than this is damaged: a minute at a megahertz, or a hundred thousand spans, is
// less.
constexpr std::uint64_t kLargestBody = std::uint64_t{1} << 32U;
constexpr std::uint64_t kLargestCount = std::uint64_t{1} << 28U;

constexpr std::uint64_t kLargestUnit = std::uint64_t{1} << 62U;

// Do not change the values: they are stored.
enum class Prediction : std::uint8_t { line = 0, delta = 1, delta_of_delta = 2 };

struct FreeContexts {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// Making a context costs more than compressing a small chunk; it holds no state between calls.
ZSTD_CCtx* compression_context() {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContexts> context{ZSTD_createCCtx()};
  return context.get();
}
ZSTD_DCtx* decompression_context() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContexts> context{ZSTD_createDCtx()};
  return context.get();
}

void append_compressed(Bytes& out, std::span<const std::uint8_t> plain, int level) {
  const std::size_t before = out.size();
  out.resize(before + ZSTD_compressBound(plain.size()));
  const std::size_t size =
      ZSTD_compressCCtx(compression_context(), out.data() + before, out.size() - before,
                        plain.data(), plain.size(), level);
  if (ZSTD_isError(size)) throw StoreError{std::string{"zstd: "} + ZSTD_getErrorName(size)};
  out.resize(before + size);
}

std::uint64_t as_unsigned(std::int64_t number) { return static_cast<std::uint64_t>(number); }

// What is left of the series after the prediction, from its second number on.
void residuals(std::span<const std::int64_t> series, Prediction prediction, std::uint64_t step,
               std::vector<std::uint64_t>& left) {
  left.resize(series.size() - 1);
  const std::uint64_t first = as_unsigned(series[0]);
  std::uint64_t last_delta = step;
  for (std::size_t i = 1; i < series.size(); ++i) {
    const std::uint64_t now = as_unsigned(series[i]);
    const std::uint64_t delta = now - as_unsigned(series[i - 1]);
    std::uint64_t expected = step;
    if (prediction == Prediction::line) {
      left[i - 1] = zigzag(now - (first + i * step));
      continue;
    }
    if (prediction == Prediction::delta_of_delta) expected = last_delta;
    left[i - 1] = zigzag(delta - expected);
    last_delta = delta;
  }
}

// Many a clock ticks in microseconds and many a sensor in steps of its own: divides what lies
// between the series and its first number by the largest unit that all of it is a multiple of.
std::uint64_t common_unit(std::span<const std::int64_t> series, std::vector<std::int64_t>& scaled) {
  scaled.resize(series.size());
  std::uint64_t unit = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    scaled[i] = static_cast<std::int64_t>(as_unsigned(series[i]) - as_unsigned(series[0]));
    const std::uint64_t size = as_unsigned(scaled[i] < 0 ? 0 : scaled[i]) |
                               (scaled[i] < 0 ? 0 - as_unsigned(scaled[i]) : 0);
    if (unit == 0 || size % unit != 0) unit = std::gcd(unit, size);
  }
  if (unit < 2 || unit > kLargestUnit) return 1;
  for (auto& number : scaled) number /= static_cast<std::int64_t>(unit);
  return unit;
}

std::uint64_t bits(std::span<const std::uint64_t> numbers) {
  std::uint64_t sum = 0;
  for (const auto number : numbers) sum += static_cast<std::uint64_t>(std::bit_width(number));
  return sum;
}

}  // namespace

void BodyWriter::varint(std::uint64_t number) {
  for (; number >= 0x80; number >>= 7U) {
    body_.push_back(static_cast<std::uint8_t>(number | 0x80U));
  }
  body_.push_back(static_cast<std::uint8_t>(number));
}

void BodyWriter::planes(std::span<const std::uint64_t> numbers) {
  std::uint64_t all = 0;
  for (const auto number : numbers) all |= number;
  const auto width = static_cast<std::size_t>((std::bit_width(all) + 7) / 8);
  body_.push_back(static_cast<std::uint8_t>(width));
  const std::size_t before = body_.size();
  body_.resize(before + width * numbers.size());
  for (std::size_t plane = 0; plane < width; ++plane) {
    std::uint8_t* out = body_.data() + before + plane * numbers.size();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      out[i] = static_cast<std::uint8_t>(numbers[i] >> (8 * plane));
    }
  }
}

Bytes BodyWriter::finish(int level) {
  Bytes chunk{kFormat};
  append_compressed(chunk, body_, level);
  body_.clear();
  return chunk;
}

BodyReader::BodyReader(std::span<const std::uint8_t> chunk) {
  if (chunk.empty()) damaged();
  if (chunk[0] != kFormat) {
    throw StoreError{"a chunk has format " + std::to_string(chunk[0]) +
                     ", this erg knows 1: use the newer erg that wrote it"};
  }
  body_ = decompress(chunk.subspan(1));
}

void BodyReader::damaged() {
  throw StoreError{"a chunk is damaged: run erg db check, and take the file from a backup"};
}

std::uint64_t BodyReader::varint() {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (position_ == body_.size()) damaged();
    const std::uint8_t byte = body_[position_++];
    number |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return number;
  }
  damaged();
}

std::size_t BodyReader::count() {
  const std::uint64_t number = varint();
  if (number > kLargestCount) damaged();
  return number;
}

void BodyReader::planes(std::span<std::uint64_t> numbers) {
  if (position_ == body_.size()) damaged();
  const std::size_t width = body_[position_++];
  if (width > 8 || body_.size() - position_ < width * numbers.size()) damaged();
  const std::uint8_t* plane = body_.data() + position_;
  if (width == 0) std::ranges::fill(numbers, 0);
  for (std::size_t k = 0; k < width; ++k, plane += numbers.size()) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const std::uint64_t byte = std::uint64_t{plane[i]} << (8 * k);
      numbers[i] = k == 0 ? byte : numbers[i] | byte;
    }
  }
  position_ += width * numbers.size();
}

void write_series(BodyWriter& writer, std::span<const std::int64_t> series) {
  if (series.empty()) return;
  thread_local std::vector<std::uint64_t> best;
  thread_local std::vector<std::uint64_t> left;
  thread_local std::vector<std::int64_t> scaled;
  const std::uint64_t unit = common_unit(series, scaled);
  std::uint64_t step = 0;
  if (series.size() > 1) {
    step = as_unsigned(scaled.back() / static_cast<std::int64_t>(series.size() - 1));
  }
  std::uint64_t fewest = ~std::uint64_t{0};
  auto chosen = Prediction::line;
  for (const auto each : {Prediction::line, Prediction::delta, Prediction::delta_of_delta}) {
    residuals(scaled, each, step, left);
    if (const std::uint64_t needed = bits(left); needed < fewest) {
      fewest = needed;
      chosen = each;
      std::swap(best, left);
    }
  }
  writer.varint(static_cast<std::uint64_t>(chosen));
  writer.varint(zigzag(as_unsigned(series[0])));
  writer.varint(unit);
  writer.varint(zigzag(step));
  writer.planes(best);
}

void read_series(BodyReader& reader, std::span<std::int64_t> series) {
  if (series.empty()) return;
  const std::uint64_t prediction = reader.varint();
  const std::uint64_t first = unzigzag(reader.varint());
  const std::uint64_t unit = reader.varint();
  const std::uint64_t step = unzigzag(reader.varint());
  thread_local std::vector<std::uint64_t> left;
  left.resize(series.size() - 1);
  reader.planes(left);
  series[0] = static_cast<std::int64_t>(first);
  std::uint64_t now = 0;
  std::uint64_t delta = step;
  for (std::size_t i = 1; i < series.size(); ++i) {
    const std::uint64_t residual = unzigzag(left[i - 1]);
    if (prediction == 0) {
      now = i * step + residual;
    } else if (prediction == 1) {
      now += step + residual;
    } else {
      delta += residual;
      now += delta;
    }
    series[i] = static_cast<std::int64_t>(first + now * unit);
  }
}

Bytes compress(std::span<const std::uint8_t> plain, int level) {
  Bytes packed;
  append_compressed(packed, plain, level);
  return packed;
}

Bytes decompress(std::span<const std::uint8_t> packed) {
  const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  Bytes plain;
  if (size != ZSTD_CONTENTSIZE_ERROR && size != ZSTD_CONTENTSIZE_UNKNOWN && size < kLargestBody) {
    plain.resize(size);
    const std::size_t got = ZSTD_decompressDCtx(decompression_context(), plain.data(), plain.size(),
                                                packed.data(), packed.size());
    if (!ZSTD_isError(got) && got == size) return plain;
  }
  throw StoreError{"a chunk is damaged: run erg db check, and take the file from a backup"};
}

}  // namespace erg::store
