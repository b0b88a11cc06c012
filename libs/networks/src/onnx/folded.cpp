// SPDX-License-Identifier: Apache-2.0
#include "folded.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace erg::onnx {
namespace {

template <class Stored>
void decode(std::string_view raw, std::vector<double>& values) {
  for (std::size_t at = 0; at + sizeof(Stored) <= raw.size(); at += sizeof(Stored)) {
    Stored number;
    std::memcpy(&number, raw.data() + at, sizeof number);
    values.push_back(static_cast<double>(number));
  }
}

// Half precision: the exponent's bias is 15, subnormal ones included.
double half(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int fraction = bits & 1023;
  const double sign = bits & 0x8000 ? -1 : 1;
  if (exponent == 31) {
    return fraction ? std::numeric_limits<double>::quiet_NaN()
                    : sign * std::numeric_limits<double>::infinity();
  }
  return sign *
         (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25));
}

void decode_halves(std::string_view raw, std::int64_t type, std::vector<double>& values) {
  for (std::size_t at = 0; at + 2 <= raw.size(); at += 2) {
    std::uint16_t bits;
    std::memcpy(&bits, raw.data() + at, sizeof bits);
    values.push_back(type == kFloat16
                         ? half(bits)
                         : static_cast<double>(std::bit_cast<float>(std::uint32_t{bits} << 16)));
  }
}

void decode_as(std::string_view raw, std::int64_t type, std::vector<double>& values) {
  switch (type) {
    case kFloat:
      return decode<float>(raw, values);
    case kDouble:
      return decode<double>(raw, values);
    case kInt64:
      return decode<std::int64_t>(raw, values);
    case kInt32:
      return decode<std::int32_t>(raw, values);
    case kInt8:
      return decode<std::int8_t>(raw, values);
    case kBool:
    case kUint8:
      return decode<std::uint8_t>(raw, values);
    case kFloat16:
    case kBfloat16:
      return decode_halves(raw, type, values);
    default:
      return;
  }
}

}  // namespace

std::int64_t Folded::at(std::size_t i) const {
  constexpr double kEdge = 9.2e18;
  if (std::isnan(values[i])) return 0;
  if (values[i] >= kEdge) return std::numeric_limits<std::int64_t>::max();
  if (values[i] <= -kEdge) return std::numeric_limits<std::int64_t>::min() + 1;
  return static_cast<std::int64_t>(values[i]);
}

std::vector<std::int64_t> Folded::integers() const {
  std::vector<std::int64_t> all;
  for (std::size_t i = 0; i < values.size(); ++i) all.push_back(at(i));
  return all;
}

std::int64_t elements_of(std::span<const std::int64_t> dims) {
  std::int64_t product = 1;
  for (const auto extent : dims) {
    if (extent < 0 || __builtin_mul_overflow(product, extent, &product)) return -1;
  }
  return product;
}

bool looks_like_mask(const Tensor& tensor, const Payloads& payloads) {
  constexpr std::size_t kLookedAt = 4096;
  constexpr double kLargest = 1e30;
  constexpr double kLargestHalf = 6e4;
  std::vector<double> values;
  decode_as(payloads.bytes(tensor, 0, kLookedAt * 8), tensor.type, values);
  if (values.empty()) values = tensor.numbers;
  const double largest = tensor.type == kFloat16 ? kLargestHalf : kLargest;
  return std::any_of(values.begin(), values.end(),
                     [&](double value) { return !(std::abs(value) < largest); });
}

std::optional<Folded> tensor_values(const Tensor& tensor, const Payloads& payloads) {
  const auto elements = elements_of(tensor.dims);
  if (elements < 0 || elements > kMostFolded) return std::nullopt;
  Folded folded{tensor.dims, !tensor.is_real(), {}};
  decode_as(payloads.bytes(tensor, 0, static_cast<std::size_t>(kMostFolded) * 8), tensor.type,
            folded.values);
  if (folded.values.empty()) {
    folded.values = tensor.numbers;
    if (tensor.type == kFloat16 || tensor.type == kBfloat16) {  // bits, in the list of integers
      std::string raw;
      for (const double bits : tensor.numbers) {
        const auto whole = static_cast<std::uint32_t>(std::clamp(bits, 0.0, 65535.0));
        raw += static_cast<char>(whole & 255);
        raw += static_cast<char>(whole >> 8);
      }
      folded.values.clear();
      decode_halves(raw, tensor.type, folded.values);
    }
  }
  if (folded.values.size() != static_cast<std::size_t>(elements)) return std::nullopt;
  return folded;
}

}  // namespace erg::onnx
