// SPDX-License-Identifier: Apache-2.0
#include "erg/csv_numbers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "erg/format_error.h"
#include "scan_nano.h"
#include "text_buffer.h"

namespace erg {
namespace {

constexpr std::size_t kRowsPerChunk = 16384;  // two columns of it stay in the second-level cache
constexpr int kSkip = -1;

enum class Row { numbers, malformed, header, empty };

}  // namespace

struct CsvNumbers::State {
  State(ByteSource& source, CsvOptions how) : buffer{source, how.longest_record}, options{how} {}

  std::vector<std::string_view> split(std::string_view line);
  std::optional<std::vector<int>> plan_of(std::span<const std::string_view> header) const;
  void read_first_header();
  void begin_chunk(NumberChunk& chunk) const;
  const char* fast_row(const char* at, std::size_t row, NumberChunk& chunk) const;
  Row slow_row(std::string_view line, std::size_t row, NumberChunk& chunk);
  bool fill(NumberChunk& chunk, std::string_view lines);
  void note_malformed();

  TextBuffer buffer;
  CsvOptions options;
  std::vector<std::string> columns;
  std::size_t wanted = 0;  // the rest of `columns` may be absent
  std::vector<int> plan;   // by field of the file: the column it fills, or kSkip
  std::string scratch;     // the one line that split() looks at
  NumberCounts counts;
  std::uint64_t line = 0;  // the last one read
  bool last_was_row = false;
};

std::vector<std::string_view> CsvNumbers::State::split(std::string_view text) {
  scratch.assign(text);
  std::vector<std::string_view> fields;
  std::size_t at = 0;
  const auto skip_blanks = [&] {
    while (at < scratch.size() && (scratch[at] == ' ' || scratch[at] == '\t')) ++at;
  };
  for (;; ++at) {
    skip_blanks();
    const bool quoted = at < scratch.size() && scratch[at] == '"';
    const std::size_t begin = at + (quoted ? 1 : 0);
    std::size_t end =
        std::min(scratch.find(quoted ? '"' : options.separator, begin), scratch.size());
    at = std::min(scratch.find(options.separator, end), scratch.size());
    while (end > begin && (scratch[end - 1] == ' ' || scratch[end - 1] == '\r')) --end;
    fields.push_back(std::string_view{scratch}.substr(begin, end - begin));
    if (at == scratch.size()) return fields;
  }
}

std::optional<std::vector<int>> CsvNumbers::State::plan_of(
    std::span<const std::string_view> header) const {
  std::vector<int> found(header.size(), kSkip);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto place = find_column(header, columns[i]);
    if (place) found[*place] = static_cast<int>(i);
    if (!place && i < wanted) return std::nullopt;
  }
  return found;
}

void CsvNumbers::State::read_first_header() {
  for (;;) {
    const std::string_view lines = buffer.whole_lines();
    if (lines.empty()) throw FormatError{buffer.name() + ": empty"};
    const std::size_t size = lines.find('\n') + 1;
    ++line;
    const auto header = split(lines.substr(0, size - 1));
    buffer.consume(size);
    if (header.size() == 1 && header.front().empty()) continue;
    const auto found = plan_of(header);
    if (!found) {
      throw FormatError{fmt::format(
          "{}, line {}: wants the columns {}; the header has {}", buffer.name(), line,
          fmt::join(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(wanted), ", "),
          fmt::join(header, ", "))};
    }
    plan = *found;
    counts.headers = 1;
    return;
  }
}

void CsvNumbers::State::begin_chunk(NumberChunk& chunk) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    chunk.columns[i].resize(kRowsPerChunk);
    const bool present = std::ranges::find(plan, static_cast<int>(i)) != plan.end();
    if (!present) std::ranges::fill(chunk.columns[i], kMissing);
  }
  chunk.first_line = line + 1;
  chunk.session = static_cast<std::size_t>(counts.headers) - 1;
}

void CsvNumbers::State::note_malformed() {
  if (counts.malformed++ == 0) counts.first_malformed = line;
}

// A row of plainly written numbers; nullptr where it is anything else. The buffer ends with a
// newline and padding, so nothing here needs to look for its end.
const char* CsvNumbers::State::fast_row(const char* at, std::size_t row, NumberChunk& chunk) const {
  const char separator = options.separator;
  const std::size_t last = plan.size() - 1;
  for (std::size_t field = 0;; ++field) {
    while (*at == ' ') ++at;
    if (plan[field] == kSkip) {
      while (*at != separator && *at != '\n' && *at != '"') ++at;
    } else {
      at = scan_nano(at, chunk.columns[static_cast<std::size_t>(plan[field])][row]);
      if (!at) return nullptr;
    }
    if (field == last) break;
    if (*at != separator) return nullptr;
    ++at;
  }
  if (*at == '\r') ++at;
  return *at == '\n' ? at + 1 : nullptr;
}

Row CsvNumbers::State::slow_row(std::string_view text, std::size_t row, NumberChunk& chunk) {
  const auto fields = split(text);
  if (fields.size() == 1 && fields.front().empty()) return Row::empty;
  bool complete = fields.size() == plan.size();
  for (std::size_t i = 0; complete && i < fields.size(); ++i) {
    if (plan[i] == kSkip) continue;
    const bool missing = says_missing(fields[i]);
    const auto value = missing ? std::optional{kMissing} : parse_nano(fields[i]);
    complete = value.has_value();
    if (value) chunk.columns[static_cast<std::size_t>(plan[i])][row] = *value;
  }
  if (complete) return Row::numbers;
  if (auto found = plan_of(fields)) {
    plan = std::move(*found);
    return Row::header;
  }
  return Row::malformed;
}

// Reads rows from whole lines until the chunk is full or a header stands in the way (then true).
bool CsvNumbers::State::fill(NumberChunk& chunk, std::string_view lines) {
  const char* at = lines.data();
  const char* const end = at + lines.size();
  bool header = false;
  while (at < end && chunk.rows < kRowsPerChunk && !header) {
    ++line;
    if (const char* next = fast_row(at, chunk.rows, chunk)) {
      at = next;
      ++chunk.rows;
      last_was_row = true;
      continue;
    }
    const auto* newline =
        static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    const Row row = slow_row({at, static_cast<std::size_t>(newline - at)}, chunk.rows, chunk);
    at = newline + 1;
    if (row == Row::numbers) ++chunk.rows;
    if (row == Row::malformed) note_malformed();
    header = row == Row::header;
    last_was_row = row == Row::numbers;
  }
  buffer.consume(static_cast<std::size_t>(at - lines.data()));
  return header;
}

CsvNumbers::CsvNumbers(ByteSource& source, std::vector<std::string> columns,
                       std::vector<std::string> optional_columns, CsvOptions options)
    : state_{std::make_unique<State>(source, options)} {
  state_->wanted = columns.size();
  state_->columns = std::move(columns);
  state_->columns.insert(state_->columns.end(), optional_columns.begin(), optional_columns.end());
  state_->read_first_header();
}
CsvNumbers::~CsvNumbers() = default;
CsvNumbers::CsvNumbers(CsvNumbers&&) noexcept = default;
CsvNumbers& CsvNumbers::operator=(CsvNumbers&&) noexcept = default;

bool CsvNumbers::next(NumberChunk& chunk) {
  State& s = *state_;
  chunk.columns.resize(s.columns.size());
  chunk.rows = 0;
  for (bool new_session = true; chunk.rows == 0;) {
    if (new_session) s.begin_chunk(chunk);
    const std::string_view lines = s.buffer.whole_lines();
    if (lines.empty()) break;
    new_session = s.fill(chunk, lines);
    if (new_session) ++s.counts.headers;
  }
  s.counts.rows += chunk.rows;
  chunk.last_cut =
      s.buffer.unterminated() && s.buffer.size() == 0 && s.last_was_row && s.plan.back() != kSkip;
  for (auto& column : chunk.columns) column.resize(chunk.rows);
  return chunk.rows > 0;
}

const NumberCounts& CsvNumbers::counts() const { return state_->counts; }

bool CsvNumbers::has_optional(std::size_t index) const {
  const int column = static_cast<int>(state_->wanted + index);
  return std::ranges::find(state_->plan, column) != state_->plan.end();
}

}  // namespace erg
