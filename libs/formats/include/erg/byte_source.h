// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace erg {

// Bytes in order, read once, whatever their number. Used by one thread.
class ByteSource {
 public:
  explicit ByteSource(std::string name) : name_{std::move(name)} {}
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  // Up to buffer.size() bytes; 0 only at the end. Throws FormatError.
  virtual std::size_t read(std::span<char> buffer) = 0;

  // What to call it in a message: its path.
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

// A file, or the content of a gzip file (told by its first bytes, not by its name). Throws
// FormatError, with the system's own words.
std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& path);

std::unique_ptr<ByteSource> bytes_of(std::string content, std::string name);
std::unique_ptr<ByteSource> standard_input();

// The decompressed content of `compressed`, which must outlive it. Several gzip members in a row
// are one content; a member that is cut or damaged throws FormatError.
std::unique_ptr<ByteSource> decompressed(ByteSource& compressed);

// All of a source that is expected to be small; more than `most` bytes throw FormatError.
std::string read_all(ByteSource& source, std::size_t most = std::size_t{64} << 20);

}  // namespace erg
