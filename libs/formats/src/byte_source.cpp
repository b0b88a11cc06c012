// SPDX-License-Identifier: Apache-2.0
#include "erg/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "erg/format_error.h"

namespace erg {
namespace {

std::string system_words() { return std::generic_category().message(errno); }

// An open file descriptor.
class FileSource final : public ByteSource {
 public:
  explicit FileSource(const std::filesystem::path& path)
      : ByteSource{path.string()}, descriptor_{::open(path.c_str(), O_RDONLY | O_CLOEXEC)} {
    if (descriptor_ < 0) {
      throw FormatError{fmt::format("{}: cannot open it: {}", name(), system_words())};
    }
    ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  FileSource(int descriptor, std::string name)
      : ByteSource{std::move(name)}, descriptor_{descriptor}, owned_{false} {}
  ~FileSource() override {
    if (owned_) ::close(descriptor_);
  }

  std::size_t read(std::span<char> buffer) override {
    for (;;) {
      const ::ssize_t got = ::read(descriptor_, buffer.data(), buffer.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) {
        throw FormatError{fmt::format("{}: cannot read it: {}", name(), system_words())};
      }
    }
  }

 private:
  int descriptor_;
  bool owned_ = true;
};

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string content, std::string name)
      : ByteSource{std::move(name)}, content_{std::move(content)} {}

  std::size_t read(std::span<char> buffer) override {
    const std::size_t size = std::min(buffer.size(), content_.size() - position_);
    if (size > 0) std::memcpy(buffer.data(), content_.data() + position_, size);
    position_ += size;
    return size;
  }

 private:
  std::string content_;
  std::size_t position_ = 0;
};

// A source whose first bytes were read already, to see what it is.
class PeekedSource final : public ByteSource {
 public:
  PeekedSource(std::unique_ptr<ByteSource> rest, std::string first)
      : ByteSource{rest->name()}, rest_{std::move(rest)}, first_{std::move(first)} {}

  std::size_t read(std::span<char> buffer) override {
    if (first_.empty()) return rest_->read(buffer);
    const std::size_t size = std::min(buffer.size(), first_.size());
    if (size > 0) std::memcpy(buffer.data(), first_.data(), size);
    first_.erase(0, size);
    return size;
  }

 private:
  std::unique_ptr<ByteSource> rest_;
  std::string first_;
};

// Keeps the compressed source together with its decompressor.
class GzipFileSource final : public ByteSource {
 public:
  explicit GzipFileSource(std::unique_ptr<ByteSource> compressed)
      : ByteSource{compressed->name()},
        compressed_{std::move(compressed)},
        content_{decompressed(*compressed_)} {}

  std::size_t read(std::span<char> buffer) override { return content_->read(buffer); }

 private:
  std::unique_ptr<ByteSource> compressed_;
  std::unique_ptr<ByteSource> content_;
};

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& path) {
  std::unique_ptr<ByteSource> file = std::make_unique<FileSource>(path);
  std::string first(2, '\0');
  std::size_t got = 0;
  while (got < first.size()) {
    const std::size_t more = file->read(std::span{first}.subspan(got));
    if (more == 0) break;
    got += more;
  }
  first.resize(got);
  const bool gzip = first == "\x1f\x8b";
  auto whole = std::make_unique<PeekedSource>(std::move(file), std::move(first));
  if (gzip) return std::make_unique<GzipFileSource>(std::move(whole));
  return whole;
}

std::unique_ptr<ByteSource> bytes_of(std::string content, std::string name) {
  return std::make_unique<MemorySource>(std::move(content), std::move(name));
}

std::unique_ptr<ByteSource> standard_input() {
  return std::make_unique<FileSource>(STDIN_FILENO, "standard input");
}

std::string read_all(ByteSource& source, std::size_t most) {
  std::string content;
  std::array<char, 1 << 16> chunk;
  while (const std::size_t got = source.read(chunk)) {
    if (content.size() + got > most) {
      throw FormatError{
          fmt::format("{}: more than the {} bytes that such a file may have", source.name(), most)};
    }
    content.append(chunk.data(), got);
  }
  return content;
}

}  // namespace erg
