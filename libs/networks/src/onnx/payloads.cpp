// SPDX-License-Identifier: Apache-2.0
#include "payloads.h"

#include <algorithm>
#include <fstream>

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
