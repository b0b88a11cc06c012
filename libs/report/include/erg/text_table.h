// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace erg {

// Whether a text may carry the escape sequences of a terminal.
enum class TextStyle { plain, terminal };

// Columns of text for a terminal, in UTF-8: each as wide as its widest cell.
class TextTable {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  explicit TextTable(std::vector<Column> columns) : columns_{std::move(columns)} {}

  // As many cells as there are columns.
  void add(std::vector<std::string> cells);
  // A line across, before the sum.
  void rule();

  // Lines with their ends. A table without rows is its titles.
  std::string text(TextStyle style = TextStyle::plain) const;

 private:
  std::vector<std::size_t> widths() const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;  // a row without cells is a rule
};

// How many columns a text takes on a terminal: its code points.
std::size_t text_width(std::string_view text);

// Control characters, which a terminal would obey, replaced by '?': for text from outside.
std::string plain_text(std::string_view text);

}  // namespace erg
