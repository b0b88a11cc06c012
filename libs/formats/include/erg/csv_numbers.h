// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "erg/byte_source.h"
#include "erg/csv_reader.h"
#include "erg/decimal.h"

namespace erg {

// Rows of a table of numbers, column by column, all under one header.
struct NumberChunk {
  std::vector<std::vector<Nano>> columns;  // in the order asked for; kMissing where a cell has none
  std::size_t rows = 0;
  std::uint64_t first_line = 0;  // of the file
  std::size_t session = 0;       // how many times the header had been repeated before
  // The last row ends the file, with a number and no newline: digits may be missing.
  bool last_cut = false;
};

// What a table held that was not a row of numbers.
struct NumberCounts {
  std::uint64_t rows = 0;
  std::uint64_t malformed = 0;        // lines skipped: too few or many fields, or words for numbers
  std::uint64_t first_malformed = 0;  // the line of the first; 0: none
  std::uint64_t headers = 0;          // 1 where the header stands only at the top
};

// The fast way through a table of numbers with a header: some of its columns, exactly, in chunks.
//
// A header met again (a file opened for appending) begins a new session and may order its columns
// differently. Memory is bounded whatever the file.
class CsvNumbers {
 public:
  // A wanted column that the first header lacks throws FormatError, naming those that are there,
  // unless `optional_columns` holds it: then it is kMissing. `source` must outlive the reader.
  CsvNumbers(ByteSource& source, std::vector<std::string> columns,
             std::vector<std::string> optional_columns = {}, CsvOptions options = {});
  ~CsvNumbers();
  CsvNumbers(CsvNumbers&&) noexcept;
  CsvNumbers& operator=(CsvNumbers&&) noexcept;

  // The next rows: wanted columns, then optional ones. False at the end. Reuses `chunk`.
  bool next(NumberChunk& chunk);

  const NumberCounts& counts() const;
  // Whether the current header has the optional column.
  bool has_optional(std::size_t index) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace erg
