// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace erg {

// Writes a text table, field by field, so that CsvReader gives back what went in: quotes only where
// they are needed, doubles by their shortest exact digits. Each row is written when it is whole;
// whether the stream took it is the caller's to check.
class CsvWriter {
 public:
  // `out` must outlive the writer.
  explicit CsvWriter(std::ostream& out, char separator = ',') : out_{out}, separator_{separator} {}

  CsvWriter& field(std::string_view text);
  CsvWriter& field(const char* text) { return field(std::string_view{text}); }
  CsvWriter& field(double number);  // not a number: an empty field
  template <std::integral Integer>
  CsvWriter& field(Integer number) {
    return plain(std::to_string(number));
  }
  // A row that ends here.
  void end_row();

 private:
  CsvWriter& plain(std::string_view text);
  void separate();

  std::ostream& out_;
  char separator_;
  bool first_ = true;
  std::string row_;
};

}  // namespace erg
