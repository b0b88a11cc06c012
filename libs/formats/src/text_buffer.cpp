// SPDX-License-Identifier: Apache-2.0
#include "text_buffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "erg/format_error.h"

namespace erg {
namespace {

constexpr std::size_t kChunk = std::size_t{256} << 10;  // fits the second-level cache

}  // namespace

TextBuffer::TextBuffer(ByteSource& source, std::size_t longest)
    : source_{source}, longest_{longest}, bytes_(kChunk + kPadding, '\n') {}

bool TextBuffer::grow() {
  if (finished_) return false;
  if (!started_) return start();
  if (read_more()) return true;
  finish();
  return unterminated_;
}

// The first three bytes may be a mark.
bool TextBuffer::start() {
  started_ = true;
  while (size() < 3 && read_more()) continue;
  const std::string_view front{begin(), std::min<std::size_t>(size(), 3)};
  if (front == "\xEF\xBB\xBF") consume(3);
  if (front.starts_with("\xFF\xFE") || front.starts_with("\xFE\xFF")) {
    throw FormatError{
        fmt::format("{}: UTF-16 text; convert it: iconv -f UTF-16 -t UTF-8 {}", name(), name())};
  }
  return size() > 0 || grow();
}

bool TextBuffer::read_more() {
  make_room();
  const std::size_t room = bytes_.size() - kPadding - end_;
  const std::size_t got = source_.read(std::span{bytes_}.subspan(end_, room));
  end_ += got;
  std::memset(bytes_.data() + end_, '\n', kPadding);
  return got > 0;
}

void TextBuffer::make_room() {
  if (size() >= longest_) {
    throw FormatError{fmt::format(
        "{}: more than {} MiB without an end of a line or a closing quote: not a text table",
        name(), longest_ >> 20)};
  }
  if (begin_ > 0) {
    std::memmove(bytes_.data(), begin(), size());
    end_ -= begin_;
    begin_ = 0;
  }
  // At least as much again as is there, so that scanning a long record anew stays linear.
  const std::size_t wanted = std::max(kChunk, 2 * end_) + kPadding;
  if (bytes_.size() < wanted) bytes_.resize(wanted, '\n');
}

void TextBuffer::finish() {
  finished_ = true;
  unterminated_ = size() > 0 && *(end() - 1) != '\n';
  if (unterminated_) bytes_[end_++] = '\n';
}

std::string_view TextBuffer::whole_lines() {
  std::size_t scanned = 0;
  for (;;) {
    const void* last = ::memrchr(begin() + scanned, '\n', size() - scanned);
    if (last)
      return {begin(), static_cast<std::size_t>(static_cast<const char*>(last) - begin()) + 1};
    scanned = size();
    if (!grow()) return {};
  }
}

}  // namespace erg
