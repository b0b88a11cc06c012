// SPDX-License-Identifier: Apache-2.0
#include "proto_reader.h"

#include <bit>
#include <limits>
#include <string>

namespace erg::onnx {
namespace {

// Bytes of the UTF-8 character at the front; 0: none is there.
std::size_t character(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const auto first = at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what is beyond the last character.
  if ((first == 0xE0 && at(1) < 0xA0) || (first == 0xED && at(1) > 0x9F) ||
      (first == 0xF0 && at(1) < 0x90) || (first == 0xF4 && at(1) > 0x8F)) {
    return 0;
  }
  return length;
}

}  // namespace

std::string ProtoReader::text() const {
  std::string all;
  all.reserve(bytes_.size());
  for (std::size_t i = 0; i < bytes_.size();) {
    const auto length = character(bytes_.substr(i));
    if (length == 0) {
      all += '?';
      ++i;
    } else {
      all += bytes_.substr(i, length);
      i += length;
    }
  }
  return all;
}

namespace {

int checked_size(std::string_view bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw Damaged{"larger than the 2 GB that the format allows"};
  }
  return static_cast<int>(bytes.size());
}

// The low three bits of a tag.
enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

}  // namespace

ProtoReader::ProtoReader(std::string_view bytes)
    : stream_{reinterpret_cast<const std::uint8_t*>(bytes.data()), checked_size(bytes)} {}

bool ProtoReader::next() {
  const std::uint32_t tag = stream_.ReadTag();
  if (tag == 0) {
    if (!stream_.ConsumedEntireMessage()) throw Damaged{"cut short or damaged"};
    return false;
  }
  number_ = static_cast<int>(tag >> 3);
  bytes_ = {};
  has_bytes_ = false;
  bool whole = true;
  switch (tag & 7) {
    case kVarint:
      whole = stream_.ReadVarint64(&value_);
      break;
    case kFixed64:
      whole = stream_.ReadLittleEndian64(&value_);
      break;
    case kFixed32: {
      std::uint32_t bits = 0;
      whole = stream_.ReadLittleEndian32(&bits);
      value_ = bits;
      break;
    }
    case kBytes:
      read_bytes();
      break;
    default:
      throw Damaged{"damaged: a field of unknown form"};
  }
  if (!whole || number_ == 0) throw Damaged{"cut short or damaged"};
  return true;
}

void ProtoReader::read_bytes() {
  std::uint32_t length = 0;
  if (!stream_.ReadVarint32(&length)) throw Damaged{"cut short or damaged"};
  has_bytes_ = true;
  if (length == 0) return;
  const void* data = nullptr;
  int size = 0;
  const bool some = stream_.GetDirectBufferPointer(&data, &size);
  const auto left = some ? static_cast<std::uint32_t>(size) : 0;
  if (length > left) {
    throw Damaged{"cut short: a field claims " + std::to_string(length) + " bytes where " +
                  std::to_string(left) + " are left"};
  }
  bytes_ = {static_cast<const char*>(data), length};
  stream_.Skip(static_cast<int>(length));
}

float ProtoReader::real() const { return std::bit_cast<float>(static_cast<std::uint32_t>(value_)); }

}  // namespace erg::onnx
