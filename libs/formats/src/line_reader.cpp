// SPDX-License-Identifier: Apache-2.0
#include "erg/line_reader.h"

#include <cstring>

#include "text_buffer.h"

namespace erg {

struct LineReader::State {
  State(ByteSource& source, std::size_t longest) : buffer{source, longest} {}

  TextBuffer buffer;
  std::string_view line;
  std::uint64_t number = 0;
  bool last = false;
};

LineReader::LineReader(ByteSource& source, std::size_t longest)
    : state_{std::make_unique<State>(source, longest)} {}
LineReader::~LineReader() = default;
LineReader::LineReader(LineReader&&) noexcept = default;
LineReader& LineReader::operator=(LineReader&&) noexcept = default;

bool LineReader::next() {
  State& s = *state_;
  std::size_t scanned = 0;
  for (;;) {
    const char* begin = s.buffer.begin();
    const void* newline = std::memchr(begin + scanned, '\n', s.buffer.size() - scanned);
    if (newline) {
      const auto size = static_cast<std::size_t>(static_cast<const char*>(newline) - begin);
      s.line = {begin, size};
      if (s.line.ends_with('\r')) s.line.remove_suffix(1);
      ++s.number;
      s.buffer.consume(size + 1);
      s.last = s.buffer.size() == 0 && s.buffer.unterminated();
      return true;
    }
    scanned = s.buffer.size();
    if (!s.buffer.grow()) return false;
  }
}

std::string_view LineReader::line() const { return state_->line; }
std::uint64_t LineReader::number() const { return state_->number; }
bool LineReader::unterminated() const { return state_->last; }

}  // namespace erg
