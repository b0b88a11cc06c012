// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sql.h"

namespace erg::store {

// Maps small negative and positive numbers to small ones: 0, -1, 1, -2, ...
constexpr std::uint64_t zigzag(std::uint64_t two_complement) {
  return (two_complement << 1U) ^ (0 - (two_complement >> 63U));
}
constexpr std::uint64_t unzigzag(std::uint64_t folded) {
  return (folded >> 1U) ^ (0 - (folded & 1U));
}

// The body of a chunk while it is made (docs/formats/database.md).
class BodyWriter {
 public:
  void varint(std::uint64_t number);
  // A byte that says how many bytes the largest number needs, then all lowest bytes, all second
  // bytes, ...: alike bytes lie together, and reading needs no branch.
  void planes(std::span<const std::uint64_t> numbers);

  // Version byte, then the body by zstd. The writer is empty after it.
  Bytes finish(int level = 3);

 private:
  Bytes body_;
  std::vector<std::size_t> cuts_;  // where bytes of another kind begin
};

// The body of a chunk, read back. Throws StoreError for a damaged one; reads never pass its end.
class BodyReader {
 public:
  explicit BodyReader(std::span<const std::uint8_t> chunk);

  std::uint64_t varint();
  // `numbers` says how many there are.
  void planes(std::span<std::uint64_t> numbers);
  // A count of things of which each takes a byte or more, or none at all: bounded by a sane size.
  std::size_t count();
  std::uint8_t format() const { return format_; }

 private:
  [[noreturn]] static void damaged();

  std::uint8_t format_ = 0;
  Bytes body_;
  std::size_t position_ = 0;
};

// The first number, the unit of all differences, a step, and what is left of each after the best of
// three predictions: a line through first and last, the one before, the two before.
void write_series(BodyWriter& writer, std::span<const std::int64_t> series);
// Into numbers or, of nanoseconds, into Timestamps.
template <class Number>
void read_series(BodyReader& reader, std::span<Number> series);

// zstd of bytes without a version, for what is no chunk.
Bytes compress(std::span<const std::uint8_t> plain, int level = 3);
Bytes decompress(std::span<const std::uint8_t> packed);

}  // namespace erg::store
