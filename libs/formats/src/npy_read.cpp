// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "erg/format_error.h"
#include "erg/npy.h"
#include "erg/pickle.h"
#include "erg/python_literal.h"
#include "numpy_type.h"

namespace erg {
namespace {

struct Header {
  NumpyType type;
  bool fortran = false;
  std::vector<std::size_t> shape;
};

// Exactly `size` bytes, growing with what really comes.
std::string take(ByteSource& source, std::size_t size) {
  constexpr std::size_t kChunk = std::size_t{1} << 20;
  std::string bytes;
  while (bytes.size() < size) {
    const std::size_t before = bytes.size();
    bytes.resize(before + std::min(kChunk, size - before));
    const std::size_t got = source.read(std::span{bytes}.subspan(before));
    bytes.resize(before + got);
    if (got == 0) {
      throw FormatError{
          fmt::format("{}: cut: {} bytes should follow, {} do", source.name(), size, bytes.size())};
    }
  }
  return bytes;
}

std::size_t header_length(ByteSource& source) {
  const std::string front = take(source, 8);
  if (!front.starts_with("\x93NUMPY")) {
    throw FormatError{source.name() + ": not a NumPy file: it does not begin with \\x93NUMPY"};
  }
  const auto version = static_cast<unsigned char>(front[6]);
  if (version < 1 || version > 3) {
    throw FormatError{
        fmt::format("{}: version {} of NumPy's format; 1 to 3 are read", source.name(), version)};
  }
  const std::string length = take(source, version == 1 ? 2 : 4);
  std::size_t size = 0;
  for (std::size_t i = 0; i < length.size(); ++i) {
    size |= static_cast<std::size_t>(static_cast<unsigned char>(length[i])) << (8 * i);
  }
  constexpr std::size_t kLongest = std::size_t{1} << 20;
  if (size > kLongest) throw FormatError{source.name() + ": a header of over 1 MiB"};
  return size;
}

std::vector<std::size_t> shape_of(std::span<const PythonLiteral::Node> nodes, std::size_t tuple,
                                  const std::string& where) {
  std::vector<std::size_t> shape;
  for (std::size_t i = tuple + 1; i < nodes[tuple].next; ++i) {
    std::size_t extent = 0;
    const std::string_view digits = nodes[i].text;
    const auto [end, status] =
        std::from_chars(digits.data(), digits.data() + digits.size(), extent);
    const bool good = nodes[i].kind == PythonLiteral::Kind::integer && status == std::errc{} &&
                      end == digits.data() + digits.size();
    if (!good || shape.size() == 32) throw FormatError{where + ": a shape that is none"};
    shape.push_back(extent);
  }
  return shape;
}

Header read_header(ByteSource& source) {
  using Kind = PythonLiteral::Kind;
  const std::string text = take(source, header_length(source));
  PythonLiteral literal;
  try {
    literal.parse(text);
  } catch (const FormatError& error) {
    throw FormatError{fmt::format("{}: its header: {}", source.name(), error.what())};
  }
  const auto nodes = literal.nodes();
  Header header;
  int found = 0;
  if (nodes[0].kind == Kind::dict) {
    for (std::size_t key = 1; key < nodes.size(); key = nodes[nodes[key].next].next) {
      const std::size_t value = nodes[key].next;
      const Kind kind = nodes[value].kind;
      if (nodes[key].text == "descr" && kind == Kind::string) {
        header.type = numpy_type(nodes[value].text, source.name());
        found |= 1;
      } else if (nodes[key].text == "fortran_order" && kind == Kind::boolean) {
        header.fortran = nodes[value].number != 0;
        found |= 2;
      } else if (nodes[key].text == "shape" && kind == Kind::tuple) {
        header.shape = shape_of(nodes, value, source.name());
        found |= 4;
      }
    }
  }
  if (found != 7) {
    throw FormatError{source.name() +
                      ": its header lacks a plain descr, fortran_order or shape; arrays of records "
                      "are not read"};
  }
  return header;
}

NpyArray read_numbers(ByteSource& source, const Header& header) {
  const std::size_t count = element_count(header.shape, source.name());
  const std::string bytes = take(source, count * header.type.size);
  NpyArray array{header.shape, {}};
  append_numbers(header.type, bytes, array.values, source.name());
  if (header.fortran) array.values = in_c_order<double>(header.shape, std::move(array.values));
  return array;
}

}  // namespace

NpyArray read_npy(ByteSource& source) {
  const Header header = read_header(source);
  if (header.type.object()) {
    throw FormatError{source.name() + ": an array of objects (a pickle), not of numbers"};
  }
  return read_numbers(source, header);
}

NpyRagged read_npy_ragged(ByteSource& source) {
  const Header header = read_header(source);
  NpyRagged ragged{header.shape, {}};
  if (!header.type.object()) {
    for (const double value : read_numbers(source, header).values) {
      ragged.elements.push_back({value});
    }
    return ragged;
  }
  constexpr std::size_t kLargestPickle = std::size_t{16} << 20;
  const Pickle pickle{read_all(source, kLargestPickle), source.name()};
  ragged.elements = pickle.elements_of_root();
  if (ragged.elements.size() != element_count(header.shape, source.name())) {
    throw FormatError{fmt::format("{}: its header announces {} objects, {} are there",
                                  source.name(), element_count(header.shape, source.name()),
                                  ragged.elements.size())};
  }
  return ragged;
}

}  // namespace erg
