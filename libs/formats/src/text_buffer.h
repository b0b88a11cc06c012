// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "erg/byte_source.h"

namespace erg {

// The unread bytes of a text, of which as many as a record needs are in memory at once.
//
// A byte order mark is dropped. The last line always ends with a newline; unterminated() tells
// whether it was added. After end(), kPadding newlines may be read.
class TextBuffer {
 public:
  static constexpr std::size_t kPadding = 64;

  // `longest`: the most bytes that may be needed at once; more throws FormatError.
  TextBuffer(ByteSource& source, std::size_t longest);

  char* begin() { return bytes_.data() + begin_; }
  char* end() { return bytes_.data() + end_; }
  std::size_t size() const { return end_ - begin_; }

  // Reads more behind what is unread, moving it. False at the end of the text.
  bool grow();
  void consume(std::size_t bytes) { begin_ += bytes; }

  bool unterminated() const { return unterminated_; }
  const std::string& name() const { return source_.name(); }

  // Grows until there is a whole line, and gives all whole lines there are. Empty at the end.
  std::string_view whole_lines();

 private:
  bool start();
  bool read_more();
  void make_room();
  void finish();

  ByteSource& source_;
  std::size_t longest_;
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool started_ = false;
  bool finished_ = false;
  bool unterminated_ = false;
};

}  // namespace erg
