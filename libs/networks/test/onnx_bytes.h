// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

// Writes ONNX files as bytes, so that tests need no exporter and can say what is wrong in them.
namespace erg::onnx_bytes {

inline std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value > 127; value >>= 7) bytes += static_cast<char>(value | 128);
  return bytes + static_cast<char>(value);
}

inline std::string number(int field, std::int64_t value) {
  return varint(static_cast<std::uint64_t>(field) << 3) + varint(static_cast<std::uint64_t>(value));
}

inline std::string text(int field, std::string_view bytes) {
  return varint((static_cast<std::uint64_t>(field) << 3) | 2) + varint(bytes.size()) +
         std::string{bytes};
}

using Dims = std::vector<std::int64_t>;

// A tensor without numbers: what it claims is not there.
inline std::string claim(std::string_view name, const Dims& dims, std::int64_t type = 1) {
  std::string bytes;
  for (const auto extent : dims) bytes += number(1, extent);
  return bytes + number(2, type) + text(8, name);
}

// Filled with zeros where no raw bytes are given; of four bytes a number.
inline std::string tensor(std::string_view name, const Dims& dims, std::string_view raw = "",
                          std::int64_t type = 1) {
  std::size_t elements = 1;
  for (const auto extent : dims) elements *= static_cast<std::size_t>(extent);
  return claim(name, dims, type) +
         text(9, raw.empty() ? std::string(elements * 4, '\0') : std::string{raw});
}

inline std::string integers(std::string_view name, const Dims& values) {
  std::string raw(values.size() * 8, '\0');
  std::memcpy(raw.data(), values.data(), raw.size());
  return tensor(name, {static_cast<std::int64_t>(values.size())}, raw, 7);
}

inline std::string attribute(std::string_view name, const Dims& values) {
  std::string bytes = text(1, name);
  for (const auto value : values) bytes += number(8, value);
  return text(5, bytes + number(20, 7));
}

inline std::string attribute(std::string_view name, std::int64_t value) {
  return text(5, text(1, name) + number(3, value) + number(20, 2));
}

inline std::string node(std::string_view type, const std::vector<std::string>& inputs,
                        std::string_view output, const std::string& attributes = "") {
  std::string bytes;
  for (const auto& input : inputs) bytes += text(1, input);
  return text(1, bytes + text(2, output) + text(3, "the_" + std::string{output}) + text(4, type) +
                     attributes);
}

inline std::string initializer(const std::string& tensor) { return text(5, tensor); }

// An extent of 0 is free, and called "free".
inline std::string input(std::string_view name, const Dims& dims, std::int64_t type = 1) {
  std::string shape;
  for (const auto extent : dims) {
    shape += text(1, extent > 0 ? number(1, extent) : text(2, "free"));
  }
  return text(11, text(1, name) + text(2, text(1, number(1, type) + text(2, shape))));
}

// Extents that are names are free, and called so.
inline std::string open_input(std::string_view name, const std::vector<std::string>& extents,
                              std::int64_t type = 1) {
  std::string shape;
  for (const auto& extent : extents) {
    const bool free = extent.find_first_not_of("0123456789") != extent.npos;
    shape += text(1, free ? text(2, extent) : number(1, std::stoll(extent)));
  }
  return text(11, text(1, name) + text(2, text(1, number(1, type) + text(2, shape))));
}

inline std::string output(std::string_view name) { return text(12, text(1, name)); }

inline std::string model(const std::string& graph, std::int64_t opset = 17) {
  return number(1, 8) + text(8, number(2, opset)) + text(7, graph);
}

// A convolution, a pooling, a flatten, a linear layer: 8x3x3x3 + 8, 5x8 + 5 parameters.
inline std::string small_graph() {
  return initializer(tensor("conv.weight", {8, 3, 3, 3})) + initializer(tensor("conv.bias", {8})) +
         initializer(tensor("fc.weight", {5, 8})) + initializer(tensor("fc.bias", {5})) +
         initializer(integers("shape", {0, -1})) +
         node("Conv", {"x", "conv.weight", "conv.bias"}, "c",
              attribute("kernel_shape", Dims{3, 3}) + attribute("pads", Dims{1, 1, 1, 1}) +
                  attribute("strides", Dims{2, 2})) +
         node("Relu", {"c"}, "r") + node("GlobalAveragePool", {"r"}, "p") +
         node("Reshape", {"p", "shape"}, "f") +
         node("Gemm", {"f", "fc.weight", "fc.bias"}, "y", attribute("transB", 1)) +
         input("x", {1, 3, 8, 8}) + output("y");
}

}  // namespace erg::onnx_bytes
