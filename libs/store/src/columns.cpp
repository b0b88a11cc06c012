// SPDX-License-Identifier: Apache-2.0
#include "columns.h"

#include <zstd.h>

#include <algorithm>
#include <bit>
#include <string>

namespace erg::store {
namespace {

// Do not change: it is stored. A new format takes the next number and old chunks stay readable.
constexpr std::uint8_t kFormat = 2;
// A chunk larger than this is damaged: a minute at a megahertz, or a hundred thousand spans, is
// less.
constexpr std::uint64_t kLargestBody = std::uint64_t{1} << 32U;
// A code of its own takes about a hundred bytes.
constexpr std::size_t kWorthACode = 1024;
constexpr std::uint64_t kLargestCount = std::uint64_t{1} << 28U;

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

void check(std::size_t result) {
  if (ZSTD_isError(result)) throw StoreError{std::string{"zstd: "} + ZSTD_getErrorName(result)};
}

// One frame. From each of the `cuts` on the bytes have a code of their own: noise and what is no
// noise in one block would share one that fits neither.
void append_compressed(Bytes& out, std::span<const std::uint8_t> plain, int level,
                       std::span<const std::size_t> cuts = {}) {
  constexpr std::size_t kOfACut = 64;  // bytes of headers, and more
  ZSTD_CCtx* context = compression_context();
  check(ZSTD_CCtx_reset(context, ZSTD_reset_session_only));
  check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level));
  check(ZSTD_CCtx_setPledgedSrcSize(context, plain.size()));
  const std::size_t before = out.size();
  out.resize(before + ZSTD_compressBound(plain.size()) + kOfACut * (cuts.size() + 1));
  ZSTD_outBuffer to{out.data() + before, out.size() - before, 0};
  ZSTD_inBuffer from{plain.data(), 0, 0};
  for (const std::size_t cut : cuts) {
    from.size = cut;
    check(ZSTD_compressStream2(context, &to, &from, ZSTD_e_flush));
  }
  from.size = plain.size();
  const std::size_t left = ZSTD_compressStream2(context, &to, &from, ZSTD_e_end);
  check(left);
  if (left != 0) throw StoreError{"zstd: a chunk grew instead of shrinking"};
  out.resize(before + to.pos);
}

// The first planes, at once: most numbers have no more.
template <std::size_t kPlanes>
void join_planes(std::span<const std::uint8_t> planes, std::span<std::uint64_t> numbers) {
  const std::size_t size = numbers.size();
  for (std::size_t i = 0; i < size; ++i) {
    std::uint64_t number = planes[i];
    if constexpr (kPlanes > 1) number |= std::uint64_t{planes[size + i]} << 8U;
    if constexpr (kPlanes > 2) number |= std::uint64_t{planes[2 * size + i]} << 16U;
    numbers[i] = number;
  }
}

void join_more_planes(std::span<const std::uint8_t> planes, std::span<std::uint64_t> numbers,
                      std::size_t width) {
  for (std::size_t k = 3; k < width; ++k) {
    const std::uint8_t* plane = planes.data() + k * numbers.size();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] |= std::uint64_t{plane[i]} << (8 * k);
    }
  }
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
    if (numbers.size() >= kWorthACode) cuts_.push_back(before + plane * numbers.size());
    std::uint8_t* out = body_.data() + before + plane * numbers.size();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      out[i] = static_cast<std::uint8_t>(numbers[i] >> (8 * plane));
    }
  }
}

Bytes BodyWriter::finish(int level) {
  Bytes chunk{kFormat};
  append_compressed(chunk, body_, level, cuts_);
  body_.clear();
  cuts_.clear();
  return chunk;
}

BodyReader::BodyReader(std::span<const std::uint8_t> chunk) {
  if (chunk.empty()) damaged();
  format_ = chunk[0];
  if (format_ == 0 || format_ > kFormat) {
    throw StoreError{"a chunk has format " + std::to_string(format_) + ", this erg knows 1 to " +
                     std::to_string(kFormat) + ": use the newer erg that wrote it"};
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
  const std::span plane{body_.data() + position_, width * numbers.size()};
  switch (width) {
    case 0:
      std::ranges::fill(numbers, 0);
      break;
    case 1:
      join_planes<1>(plane, numbers);
      break;
    case 2:
      join_planes<2>(plane, numbers);
      break;
    case 3:
      join_planes<3>(plane, numbers);
      break;
    default:
      join_planes<3>(plane, numbers);
      join_more_planes(plane, numbers, width);
  }
  position_ += plane.size();
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
