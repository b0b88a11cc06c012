// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "erg/byte_source.h"

namespace erg {

// How a text table is written.
struct CsvOptions {
  char separator = ',';
  // The most bytes of one record; a longer one throws FormatError: this is no table.
  std::size_t longest_record = std::size_t{16} << 20;
};

// A text table, record by record (RFC 4180, and what is met beside it: spaces around fields, a byte
// order mark, CRLF, empty lines, which are passed over). Memory is bounded by the longest record.
class CsvReader {
 public:
  // `source` must outlive the reader.
  explicit CsvReader(ByteSource& source, CsvOptions options = {});
  ~CsvReader();
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;

  // The next record; false at the end. Throws FormatError, with the line.
  bool next();

  // Of the last record, trimmed and unquoted; valid until next().
  std::span<const std::string_view> fields() const;
  // Where the last record began, from 1.
  std::uint64_t line() const;
  // The last record had no newline at its end: the file may have been cut in the middle of it.
  bool unterminated() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The place of a column in a header, comparing without regard to case. Empty when it is not there.
std::optional<std::size_t> find_column(std::span<const std::string_view> header,
                                       std::string_view name);

}  // namespace erg
