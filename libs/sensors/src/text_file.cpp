// SPDX-License-Identifier: Apache-2.0
#include "text_file.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace erg {
namespace {

template <class Number>
std::optional<Number> parse(std::string_view text) noexcept {
  text = trimmed(text);
  Number number{};
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (text.empty() || error != std::errc{} || end != last) return std::nullopt;
  return number;
}

}  // namespace

UniqueFd open_to_read(const std::filesystem::path& file) noexcept {
  return UniqueFd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
}

std::optional<std::string_view> read_at_start(int fd, std::span<char> buffer) noexcept {
  std::size_t size = 0;
  while (size < buffer.size()) {
    const auto got =
        ::pread(fd, buffer.data() + size, buffer.size() - size, static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  return std::string_view{buffer.data(), size};
}

std::optional<std::string> read_file(const std::filesystem::path& file, std::size_t limit) {
  const UniqueFd fd = open_to_read(file);
  if (!fd) return std::nullopt;
  std::string text;
  char part[4096];
  while (text.size() < limit) {
    const auto got = ::read(fd.get(), part, std::min(sizeof part, limit - text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    text.append(part, static_cast<std::size_t>(got));
  }
  return text;
}

std::string read_line(const std::filesystem::path& file) {
  const std::string text = read_file(file, 4096).value_or("");
  return std::string{trimmed(text.substr(0, text.find('\n')))};
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text) noexcept {
  return parse<std::uint64_t>(text);
}

std::optional<std::int64_t> parse_signed(std::string_view text) noexcept {
  return parse<std::int64_t>(text);
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string read_name(const std::filesystem::path& file, std::vector<std::string>& notes) {
  const std::string raw = read_line(file);
  std::string name = printable(raw);
  if (name != raw) {
    notes.push_back(printable(file.string()) + " is no plain text: taken for '" + name + "'");
  }
  return name;
}

std::string printable(std::string_view text) {
  std::string out{text};
  std::ranges::replace_if(
      out, [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

}  // namespace erg
