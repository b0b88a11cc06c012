// SPDX-License-Identifier: Apache-2.0
#include "proto_reader.h"

#include <bit>
#include <limits>
#include <string>

namespace erg::onnx {
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
