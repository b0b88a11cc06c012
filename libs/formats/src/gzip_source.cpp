// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <limits>

#include "erg/byte_source.h"
#include "erg/format_error.h"

namespace erg {
namespace {

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(ByteSource& compressed)
      : ByteSource{compressed.name()}, compressed_{compressed} {
    constexpr int kGzipOnly = 16;
    if (inflateInit2(&stream_, kGzipOnly + MAX_WBITS) != Z_OK) {
      throw FormatError{name() + ": zlib cannot start: out of memory"};
    }
  }
  ~GzipSource() override { inflateEnd(&stream_); }

  std::size_t read(std::span<char> buffer) override {
    const auto wanted =
        static_cast<uInt>(std::min<std::size_t>(buffer.size(), std::numeric_limits<uInt>::max()));
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = wanted;
    while (stream_.avail_out == wanted && wanted > 0) {
      if (stream_.avail_in == 0) refill();
      if (stream_.avail_in == 0) {
        if (between_members_) return 0;
        throw FormatError{name() + ": the gzip data end too early: the file is cut"};
      }
      advance();
      if (finished_) break;
    }
    return wanted - stream_.avail_out;
  }

 private:
  void refill() {
    const std::size_t got = compressed_.read(input_);
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(got);
  }

  void advance() {
    if (between_members_ && !first_member_ && *stream_.next_in != 0x1f) {
      finished_ = true;  // what follows is padding, as gzip itself takes it
      stream_.avail_in = 0;
      return;
    }
    between_members_ = false;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      first_member_ = false;
      between_members_ = true;
      inflateReset(&stream_);
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      throw FormatError{fmt::format("{}: the gzip data are damaged: {}", name(),
                                    stream_.msg ? stream_.msg : "no reason given")};
    }
  }

  ByteSource& compressed_;
  z_stream stream_{};
  std::array<char, 1 << 16> input_;
  bool first_member_ = true;
  bool between_members_ = true;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> decompressed(ByteSource& compressed) {
  return std::make_unique<GzipSource>(compressed);
}

}  // namespace erg
