// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// What is read of an ONNX file; everything else is skipped. Views point into the file's bytes.
namespace erg::onnx {

// TensorProto. The numbers stay where they are until somebody asks (tensor_values()).
struct Tensor {
  std::string name;
  std::vector<std::int64_t> dims;
  std::int64_t type = 0;
  std::string_view raw;         // little-endian, as the type says
  std::vector<double> numbers;  // of the typed lists, which PyTorch uses for short tensors only
  std::size_t listed = 0;       // how many those lists hold, also where they are too long to keep
  // In another file, when `external`: its name, beside the model, and where in it.
  bool external = false;
  std::string file;
  std::uint64_t offset = 0;

  bool is_real() const;  // of a floating-point type
};

struct Attribute {
  std::int64_t integer = 0;
  float real = 0;
  std::string text;
  std::vector<std::int64_t> integers;
  Tensor tensor;
  bool has_tensor = false;
};

struct Operation {
  std::string name;
  std::string scope;  // the module it is of, where PyTorch noted it: "layer1.0.conv1"
  bool has_scope = false;
  // What PyTorch noted of the call that it stems from: "aten.linear.default", and the parameters
  // among its arguments, in their order.
  std::string call;
  std::vector<std::string> parameters;
  bool plain_norm = false;  // the call is of a norm that was given no weights
  std::string type;
  std::string domain;
  std::vector<std::string> inputs;  // "" where an optional one is absent
  std::vector<std::string> outputs;
  std::map<std::string, Attribute, std::less<>> attributes;

  const Attribute* find(std::string_view attribute) const;
  std::int64_t integer(std::string_view attribute, std::int64_t otherwise) const;
  double real(std::string_view attribute, double otherwise) const;
  std::string text(std::string_view attribute, std::string otherwise) const;
  std::vector<std::int64_t> integers(std::string_view attribute,
                                     std::vector<std::int64_t> otherwise) const;
};

// A graph input. An extent of -1 is free; `free_names` says what the file calls it.
struct GraphInput {
  std::string name;
  std::int64_t type = 0;
  std::vector<std::int64_t> dims;
  std::vector<std::string> free_names;
  bool has_shape = false;
};

struct Model {
  std::int64_t opset = 0;
  std::string producer;
  std::vector<Operation> operations;
  std::vector<Tensor> initializers;
  std::vector<GraphInput> inputs;
  std::vector<std::string> outputs;
  std::set<std::string, std::less<>> buffers;  // initializers that PyTorch noted not to be learned
  // The parameters of the module that PyTorch noted, by what its calls name them.
  std::map<std::string, std::string, std::less<>> parameters;
};

// Throws Damaged.
Model parse_model(std::string_view bytes);

// The element types that matter here; the rest of the enumeration is told apart by is_real().
enum TensorType : std::int64_t {
  kFloat = 1,
  kUint8 = 2,
  kInt8 = 3,
  kInt32 = 6,
  kInt64 = 7,
  kBool = 9,
  kFloat16 = 10,
  kDouble = 11,
  kBfloat16 = 16,
};

}  // namespace erg::onnx
