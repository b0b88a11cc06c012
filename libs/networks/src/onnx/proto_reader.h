// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/io/coded_stream.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace erg::onnx {

// Thrown for bytes that are no protobuf message.
class Damaged : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

// The fields of one protobuf message, one after the other. Copies nothing: what a field claims to
// hold must be there. The bytes must outlive the views given out.
class ProtoReader {
 public:
  explicit ProtoReader(std::string_view bytes);

  // Goes to the next field; false at the end. Throws Damaged.
  bool next();

  int number() const { return number_; }
  // Of a varint, or the bits of a fixed32 or fixed64.
  std::int64_t integer() const { return static_cast<std::int64_t>(value_); }
  float real() const;  // of a fixed32
  // Of a string, a message or packed numbers.
  std::string_view bytes() const { return bytes_; }
  bool has_bytes() const { return has_bytes_; }
  // Of a string, as UTF-8: each byte that is none is a '?'.
  std::string text() const;

 private:
  void read_bytes();

  google::protobuf::io::CodedInputStream stream_;
  int number_ = 0;
  std::uint64_t value_ = 0;
  std::string_view bytes_;
  bool has_bytes_ = false;
};

}  // namespace erg::onnx
