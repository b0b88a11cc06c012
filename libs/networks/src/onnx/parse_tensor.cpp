// SPDX-License-Identifier: Apache-2.0
#include "parse_tensor.h"

#include <algorithm>
#include <charconv>

namespace erg::onnx {
namespace {

// Fixed-width little-endian numbers of a packed list.
template <class Number>
void append_fixed(const ProtoReader& field, std::vector<double>& values) {
  if (!field.has_bytes()) {
    if constexpr (sizeof(Number) == 4) values.push_back(field.real());
    return;
  }
  const auto bytes = field.bytes();
  for (std::size_t at = 0; at + sizeof(Number) <= bytes.size(); at += sizeof(Number)) {
    Number number;
    bytes.copy(reinterpret_cast<char*>(&number), sizeof number, at);
    values.push_back(static_cast<double>(number));
  }
}

void append_as_numbers(const ProtoReader& field, std::vector<double>& values) {
  std::vector<std::int64_t> integers;
  append_integers(field, integers);
  values.insert(values.end(), integers.begin(), integers.end());
}

// Typed lists longer than this are weights, whose values do not count.
constexpr std::size_t kLongestTypedList = std::size_t{1} << 20;

// Numbers in a list whose elements have this width, packed or one by one.
std::size_t fixed_in(const ProtoReader& field, std::size_t width) {
  return field.has_bytes() ? field.bytes().size() / width : 1;
}

// The same where they are of varying width: each ends with a byte whose high bit is clear.
std::size_t varints_in(const ProtoReader& field) {
  if (!field.has_bytes()) return 1;
  const auto bytes = field.bytes();
  return static_cast<std::size_t>(
      std::count_if(bytes.begin(), bytes.end(), [](char byte) { return (byte & 0x80) == 0; }));
}

void note_place(const Note& note, Tensor& tensor) {
  if (note.key == "location") tensor.file = note.value;
  if (note.key == "offset") {
    std::from_chars(note.value.data(), note.value.data() + note.value.size(), tensor.offset);
  }
}

}  // namespace

Note parse_note(std::string_view bytes) {
  Note note;
  ProtoReader field{bytes};
  while (field.next()) {
    if (field.number() == 1) note.key = field.bytes();
    if (field.number() == 2) note.value = field.bytes();
  }
  return note;
}

void append_integers(const ProtoReader& field, std::vector<std::int64_t>& values) {
  if (!field.has_bytes()) {
    values.push_back(field.integer());
    return;
  }
  google::protobuf::io::CodedInputStream stream{
      reinterpret_cast<const std::uint8_t*>(field.bytes().data()),
      static_cast<int>(field.bytes().size())};
  std::uint64_t value = 0;
  while (stream.CurrentPosition() < static_cast<int>(field.bytes().size())) {
    if (!stream.ReadVarint64(&value)) throw Damaged{"cut short or damaged"};
    values.push_back(static_cast<std::int64_t>(value));
  }
}

Tensor parse_tensor(std::string_view bytes) {
  Tensor tensor;
  ProtoReader field{bytes};
  while (field.next()) {
    const bool wanted = field.bytes().size() <= kLongestTypedList;
    switch (field.number()) {
      case 1:
        append_integers(field, tensor.dims);
        break;
      case 2:
        tensor.type = field.integer();
        break;
      case 4:
        tensor.listed += fixed_in(field, 4);
        if (wanted) append_fixed<float>(field, tensor.numbers);
        break;
      case 5:
      case 7:
        tensor.listed += varints_in(field);
        if (wanted) append_as_numbers(field, tensor.numbers);
        break;
      case 6:
        ++tensor.listed;
        break;
      case 8:
        tensor.name = field.text();
        break;
      case 9:
        tensor.raw = field.bytes();
        break;
      case 10:
        tensor.listed += fixed_in(field, 8);
        if (wanted) append_fixed<double>(field, tensor.numbers);
        break;
      case 11:
        tensor.listed += varints_in(field);
        break;
      case 13:
        note_place(parse_note(field.bytes()), tensor);
        break;
      case 14:
        tensor.external = field.integer() == 1;
        break;
      default:
        break;
    }
  }
  return tensor;
}

}  // namespace erg::onnx
