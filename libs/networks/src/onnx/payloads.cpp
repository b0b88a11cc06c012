// SPDX-License-Identifier: Apache-2.0
#include "payloads.h"

#include <algorithm>
#include <fstream>
#include <functional>

#include "erg/shape.h"
#include "folded.h"

namespace erg::onnx {
namespace {

// Bytes of a number; 0 for types that no weight has.
std::size_t width_of(std::int64_t type) {
  switch (type) {
    case kDouble:
    case kInt64:
      return 8;
    case kFloat:
    case kInt32:
      return 4;
    case kFloat16:
    case kBfloat16:
      return 2;
    case kBool:
    case kUint8:
    case kInt8:
      return 1;
    default:
      return 0;
  }
}

// Bits of a number as raw bytes hold it; 0: unknown. The eight-bit floats are 17 to 20 and 24.
std::size_t bits_of(std::int64_t type) {
  constexpr std::int64_t kUint16 = 4, kInt16 = 5, kUint32 = 12, kUint64 = 13, kComplex64 = 14,
                         kComplex128 = 15, kUint4 = 21, kInt4 = 22, kFloat4 = 23, kFloat8E8 = 24;
  if (const auto width = width_of(type)) return 8 * width;
  switch (type) {
    case kUint16:
    case kInt16:
      return 16;
    case kUint32:
      return 32;
    case kUint64:
    case kComplex64:
      return 64;
    case kComplex128:
      return 128;
    case kUint4:
    case kInt4:
    case kFloat4:
      return 4;
    default:
      return (type >= 17 && type <= 20) || type == kFloat8E8 ? 8 : 0;
  }
}

}  // namespace

std::string Payloads::bytes(const Tensor& tensor, std::size_t offset, std::size_t count) const {
  if (!tensor.external) {
    return offset < tensor.raw.size() ? std::string{tensor.raw.substr(offset, count)}
                                      : std::string{};
  }
  // Only a file beside the model: a name from a file may not lead elsewhere.
  const std::filesystem::path name{tensor.file};
  const auto width = width_of(tensor.type);
  const auto elements = elements_of(tensor.dims);
  if (folder_.empty() || name != name.filename() || width == 0 || elements < 0) return {};
  const std::size_t size = static_cast<std::size_t>(elements) * width;
  if (offset >= size) return {};
  std::ifstream file{folder_ / name, std::ios::binary};
  file.seekg(static_cast<std::streamoff>(tensor.offset + offset));
  std::string content(std::min(count, size - offset), '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  content.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  return content;
}

std::string misfit_of(const Tensor& tensor) {
  const auto elements = elements_of(tensor.dims);
  if (elements < 0) return "has no such shape";
  if (tensor.external) return {};
  const auto wanted = static_cast<std::size_t>(elements);
  const std::string shape = to_string(Shape{tensor.dims});
  if (tensor.listed > 0 || tensor.raw.empty()) {
    // Complex numbers are listed as two.
    const bool pairs = tensor.type == 14 || tensor.type == 15;
    if (tensor.listed == wanted || (pairs && tensor.listed / 2 == wanted)) return {};
    return "claims " + shape + ", " + std::to_string(wanted) + " numbers, and holds " +
           std::to_string(tensor.listed);
  }
  const auto bits = bits_of(tensor.type);
  if (bits == 0) return "is of a type that is not known";
  // elements < 2^63 / bits: compare what the bytes could hold.
  const std::size_t held = tensor.raw.size() * 8 / bits;
  const std::size_t unused = held - wanted;
  if (held >= wanted && unused * bits < 8) return {};
  return "claims " + shape + ", " + std::to_string(wanted) + " numbers, and holds " +
         std::to_string(tensor.raw.size()) + " bytes, those of " + std::to_string(held);
}

bool looks_constant(const Tensor& tensor, const Payloads& payloads) {
  constexpr std::size_t kLookedAt = 1024;
  const auto width = width_of(tensor.type);
  if (width == 0) return false;
  const std::string bytes = payloads.bytes(tensor, 0, kLookedAt * width);
  if (bytes.empty()) {
    return std::adjacent_find(tensor.numbers.begin(), tensor.numbers.end(),
                              std::not_equal_to<>{}) == tensor.numbers.end();
  }
  return std::equal(bytes.begin() + static_cast<std::ptrdiff_t>(std::min(width, bytes.size())),
                    bytes.end(), bytes.begin());
}

bool is_transposed(const Tensor& a, const Tensor& b, const Payloads& payloads) {
  constexpr std::size_t kPlaces = 512;
  const auto width = width_of(a.type);
  if (a.dims.size() != 2 || b.dims != std::vector{a.dims[1], a.dims[0]} || a.type != b.type ||
      width == 0 || elements_of(a.dims) < 1) {
    return false;
  }
  const auto rows = static_cast<std::size_t>(a.dims[0]);
  const auto columns = static_cast<std::size_t>(a.dims[1]);
  const std::size_t all = rows * columns;
  for (std::size_t i = 0; i < std::min(all, kPlaces); ++i) {
    // All of a small one; of a large one, places all over it.
    const std::size_t place = all <= kPlaces ? i : (i * 0x9E3779B97F4A7C15) % all;
    const auto turned = place % columns * rows + place / columns;
    const auto here = payloads.bytes(a, place * width, width);
    if (here.empty() || here != payloads.bytes(b, turned * width, width)) return false;
  }
  return true;
}

}  // namespace erg::onnx
