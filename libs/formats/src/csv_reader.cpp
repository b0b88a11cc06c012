// SPDX-License-Identifier: Apache-2.0
#include "erg/csv_reader.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "erg/format_error.h"
#include "text_buffer.h"

namespace erg {
namespace {

// A field as it lies in the buffer; `doubled`: quotes in it are written twice.
struct RawField {
  char* begin;
  char* end;
  bool doubled = false;
};

bool blank(char c) { return c == ' ' || c == '\t'; }

std::string_view unquoted(const RawField& field) {
  if (!field.doubled) return {field.begin, static_cast<std::size_t>(field.end - field.begin)};
  char* out = field.begin;
  for (const char* in = field.begin; in < field.end; ++in) {
    *out++ = *in;
    if (*in == '"') ++in;
  }
  return {field.begin, static_cast<std::size_t>(out - field.begin)};
}

}  // namespace

struct CsvReader::State {
  State(ByteSource& source, CsvOptions how)
      : buffer{source, how.longest_record}, separator{how.separator} {}

  // The record at the front of the buffer; nullptr when its end is not in the buffer.
  char* scan();
  char* scan_bare(char* at, char* end);
  char* scan_quoted(char* at, char* end);

  TextBuffer buffer;
  char separator;
  std::vector<RawField> raw;
  std::vector<std::string_view> fields;
  std::uint64_t line = 0;
  std::uint64_t next_line = 1;
  std::uint64_t inner_lines = 0;  // of the record in `raw`, inside quotes
  bool last = false;
};

char* CsvReader::State::scan() {
  raw.clear();
  inner_lines = 0;
  char* at = buffer.begin();
  char* const end = buffer.end();
  while (at < end) {
    while (at < end && blank(*at)) ++at;
    if (at == end) return nullptr;
    at = *at == '"' ? scan_quoted(at, end) : scan_bare(at, end);
    if (!at) return nullptr;
    if (*at == '\n') return at + 1;
    ++at;  // past the separator
  }
  return nullptr;
}

// Returns the separator or newline that ends the field.
char* CsvReader::State::scan_bare(char* at, char* end) {
  char* const begin = at;
  while (at < end && *at != separator && *at != '\n') ++at;
  if (at == end) return nullptr;
  char* field_end = at;
  if (*at == '\n' && field_end > begin && field_end[-1] == '\r') --field_end;
  while (field_end > begin && blank(field_end[-1])) --field_end;
  raw.push_back({begin, field_end});
  return at;
}

char* CsvReader::State::scan_quoted(char* at, char* end) {
  char* const begin = at + 1;
  RawField field{begin, begin};
  for (at = begin;;) {
    at = static_cast<char*>(std::memchr(at, '"', static_cast<std::size_t>(end - at)));
    if (!at || at + 1 == end) return nullptr;
    if (at[1] != '"') break;
    field.doubled = true;
    at += 2;
  }
  field.end = at++;
  inner_lines += static_cast<std::uint64_t>(std::count(field.begin, field.end, '\n'));
  while (at < end && *at != separator && *at != '\n') ++at;  // nothing but spaces belongs here
  if (at == end) return nullptr;
  raw.push_back(field);
  return at;
}

CsvReader::CsvReader(ByteSource& source, CsvOptions options)
    : state_{std::make_unique<State>(source, options)} {}
CsvReader::~CsvReader() = default;
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;

bool CsvReader::next() {
  State& s = *state_;
  for (;;) {
    char* end = s.scan();
    while (!end) {
      if (!s.buffer.grow()) {
        if (s.buffer.size() == 0) return false;
        throw FormatError{
            fmt::format("{}, line {}: a quote is never closed", s.buffer.name(), s.next_line)};
      }
      end = s.scan();
    }
    s.line = s.next_line;
    const auto size = static_cast<std::size_t>(end - s.buffer.begin());
    s.next_line += 1 + s.inner_lines;
    s.fields.clear();
    for (const RawField& field : s.raw) s.fields.push_back(unquoted(field));
    s.buffer.consume(size);
    s.last = s.buffer.size() == 0 && s.buffer.unterminated();
    if (s.fields.size() > 1 || !s.fields.front().empty()) return true;
  }
}

std::span<const std::string_view> CsvReader::fields() const { return state_->fields; }
std::uint64_t CsvReader::line() const { return state_->line; }
bool CsvReader::unterminated() const { return state_->last; }

std::optional<std::size_t> find_column(std::span<const std::string_view> header,
                                       std::string_view name) {
  const auto same = [&](std::string_view each) {
    return each.size() == name.size() && ::strncasecmp(each.data(), name.data(), name.size()) == 0;
  };
  const auto found = std::ranges::find_if(header, same);
  if (found == header.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header.begin());
}

}  // namespace erg
