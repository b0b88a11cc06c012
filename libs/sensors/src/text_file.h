// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace erg {

// A file descriptor that closes itself.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_{fd} {}
  UniqueFd(UniqueFd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  UniqueFd& operator=(UniqueFd other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() {
    if (fd_ >= 0) ::close(fd_);
  }

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// Opens for reading; errno says why when it does not.
UniqueFd open_to_read(const std::filesystem::path& file) noexcept;

// Reads from the start of the file into `buffer`, until its end or the buffer's. Empty on error.
std::optional<std::string_view> read_at_start(int fd, std::span<char> buffer) noexcept;

// A whole small file; empty optional where it cannot be read. At most `limit` bytes.
std::optional<std::string> read_file(const std::filesystem::path& file,
                                     std::size_t limit = 1 << 20);

// The first line of a file, without its end; empty where there is none.
std::string read_line(const std::filesystem::path& file);

// The same as a name that can go anywhere; where that took more than reading, a note says so.
std::string read_name(const std::filesystem::path& file, std::vector<std::string>& notes);

// The number that is all of `text` but for white space around it. Empty for anything else.
std::optional<std::uint64_t> parse_unsigned(std::string_view text) noexcept;
std::optional<std::int64_t> parse_signed(std::string_view text) noexcept;

std::string_view trimmed(std::string_view text) noexcept;

// Printable ASCII stays; any other byte becomes '?', so that a name can go anywhere.
std::string printable(std::string_view text);

}  // namespace erg
