// SPDX-License-Identifier: Apache-2.0
#include "erg/text_table.h"

#include <algorithm>
#include <cassert>

namespace erg {
namespace {

constexpr std::string_view kGap = "  ";

std::string padded(const std::string& cell, std::size_t width, TextTable::Align align) {
  const std::string space(width - text_width(cell), ' ');
  return align == TextTable::Align::left ? cell + space : space + cell;
}

}  // namespace

void TextTable::add(std::vector<std::string> cells) {
  assert(cells.size() == columns_.size());
  for (auto& cell : cells) cell = plain_text(cell);
  rows_.push_back(std::move(cells));
}

void TextTable::rule() { rows_.emplace_back(); }

std::vector<std::size_t> TextTable::widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    std::size_t width = text_width(columns_[column].title);
    for (const auto& row : rows_) {
      if (!row.empty()) width = std::max(width, text_width(row[column]));
    }
    widths.push_back(width);
  }
  return widths;
}

std::string TextTable::text(TextStyle style) const {
  const auto width = widths();
  const auto line_of = [&](auto cell) {
    std::string line;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      if (column > 0) line += kGap;
      line += padded(cell(column), width[column], columns_[column].align);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  };

  std::string text = line_of([&](std::size_t column) { return columns_[column].title; });
  if (style == TextStyle::terminal) text = "\033[1m" + text + "\033[0m";
  text += '\n';
  std::size_t across = kGap.size() * (columns_.size() - 1);
  for (const auto one : width) across += one;
  for (const auto& row : rows_) {
    if (row.empty()) {
      for (std::size_t i = 0; i < across; ++i) text += "─";
    } else {
      text += line_of([&](std::size_t column) { return row[column]; });
    }
    text += '\n';
  }
  return text;
}

std::size_t text_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return (byte & 0xC0) != 0x80; }));
}

std::string plain_text(std::string_view text) {
  std::string clean{text};
  std::ranges::replace_if(
      clean, [](char byte) { return (byte >= 0 && byte < ' ') || byte == '\x7f'; }, '?');
  return clean;
}

}  // namespace erg
