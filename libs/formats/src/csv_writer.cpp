// SPDX-License-Identifier: Apache-2.0
#include "erg/csv_writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <ostream>

namespace erg {

void CsvWriter::separate() {
  if (!first_) row_ += separator_;
  first_ = false;
}

CsvWriter& CsvWriter::plain(std::string_view text) {
  separate();
  row_ += text;
  return *this;
}

CsvWriter& CsvWriter::field(std::string_view text) {
  const bool framed = !text.empty() && (text.front() == ' ' || text.front() == '\t' ||
                                        text.back() == ' ' || text.back() == '\t');
  const bool special = text.find_first_of("\"\r\n") != std::string_view::npos ||
                       text.find(separator_) != std::string_view::npos;
  if (!framed && !special) return plain(text);
  separate();
  row_ += '"';
  for (const char c : text) {
    if (c == '"') row_ += '"';
    row_ += c;
  }
  row_ += '"';
  return *this;
}

CsvWriter& CsvWriter::field(double number) {
  if (std::isnan(number)) return plain({});
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return plain({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

void CsvWriter::end_row() {
  row_ += '\n';
  out_.write(row_.data(), static_cast<std::streamsize>(row_.size()));
  row_.clear();
  first_ = true;
}

}  // namespace erg
