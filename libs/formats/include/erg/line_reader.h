// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "erg/byte_source.h"

namespace erg {

// A text line by line, without its newline or a carriage return before it. Memory is bounded by the
// longest line.
class LineReader {
 public:
  // `source` must outlive the reader. A line longer than `longest` bytes throws FormatError.
  explicit LineReader(ByteSource& source, std::size_t longest = std::size_t{1} << 20);
  ~LineReader();
  LineReader(LineReader&&) noexcept;
  LineReader& operator=(LineReader&&) noexcept;

  // False at the end.
  bool next();
  // Valid until next().
  std::string_view line() const;
  std::uint64_t number() const;  // from 1
  // The last line had no newline: the file may have been cut in the middle of it.
  bool unterminated() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace erg
