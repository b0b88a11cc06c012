// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "model.h"
#include "parse_tensor.h"
#include "proto_reader.h"

// Field numbers are those of the public ONNX schema.
namespace erg::onnx {
namespace {

// Real graphs have thousands. Bounds what small messages can blow up to in memory.
constexpr std::size_t kMostMessages = 200'000;

class Budget {
 public:
  void spend() {
    if (++spent_ > kMostMessages) throw Damaged{"has more parts than any real graph"};
  }

 private:
  std::size_t spent_ = 0;
};

std::pair<std::string, Attribute> parse_attribute(std::string_view bytes) {
  std::pair<std::string, Attribute> named;
  auto& [name, attribute] = named;
  ProtoReader field{bytes};
  while (field.next()) {
    switch (field.number()) {
      case 1:
        name = field.bytes();
        break;
      case 2:
        attribute.real = field.real();
        break;
      case 3:
        attribute.integer = field.integer();
        break;
      case 4:
        attribute.text = field.bytes();
        break;
      case 5:
        attribute.tensor = parse_tensor(field.bytes());
        attribute.has_tensor = true;
        break;
      case 8:
        append_integers(field, attribute.integers);
        break;
      default:
        break;
    }
  }
  return named;
}

// The last but one of "['', 'layer1', 'layer1.0', 'conv2d']" is the module.
void note_scope(const Note& note, Operation& operation) {
  if (note.key != "pkg.torch.onnx.name_scopes") return;
  operation.has_scope = true;
  const auto own = note.value.rfind(", '");
  if (own == note.value.npos) return;
  const auto module = note.value.rfind('\'', own - 1);
  const auto begin = module == note.value.npos || module == 0 ? note.value.npos
                                                              : note.value.rfind('\'', module - 1);
  if (begin != note.value.npos) operation.scope = note.value.substr(begin + 1, module - begin - 1);
}

// How many tensors the arguments of a call name, buffers aside.
std::size_t data_of(std::string_view arguments) {
  std::size_t tensors = 0;
  for (auto at = arguments.find('%'); at != arguments.npos; at = arguments.find('%', at + 1)) {
    tensors += arguments.substr(at).starts_with("%b_") ? 0 : 1;
  }
  return tensors;
}

// "%linear : [...] = call_function[target=torch.ops.aten.linear.default](args = (%x, %p_fc_weight,
// %p_fc_bias), kwargs = {})": parameters are those with p_.
void note_call(const Note& note, Operation& operation) {
  constexpr std::string_view kTarget = "[target=torch.ops.";
  constexpr std::string_view kParameter = "%p_";
  if (note.key != "pkg.torch.onnx.fx_node") return;
  const auto target = note.value.find(kTarget);
  if (target == note.value.npos) return;
  const std::string_view call = note.value.substr(target + kTarget.size());
  const auto end = call.find(']');
  if (end == call.npos) return;
  operation.call = call.substr(0, end);
  operation.plain_norm =
      operation.call.find("norm") != operation.call.npos && data_of(call.substr(end)) == 1;
  for (auto at = call.find(kParameter, end); at != call.npos; at = call.find(kParameter, at)) {
    const auto after = call.find_first_of(",) ]", at);
    operation.parameters.emplace_back(call.substr(at + 1, after - at - 1));
    at += kParameter.size();
  }
}

Operation parse_operation(std::string_view bytes, Budget& budget) {
  Operation operation;
  ProtoReader field{bytes};
  while (field.next()) {
    if (field.number() == 1 || field.number() == 2 || field.number() == 5) budget.spend();
    switch (field.number()) {
      case 1:
        operation.inputs.emplace_back(field.text());
        break;
      case 2:
        operation.outputs.emplace_back(field.text());
        break;
      case 3:
        operation.name = field.text();
        break;
      case 4:
        operation.type = field.text();
        break;
      case 5:
        operation.attributes.insert(parse_attribute(field.bytes()));
        break;
      case 7:
        operation.domain = field.text();
        break;
      case 9:
        note_scope(parse_note(field.bytes()), operation);
        note_call(parse_note(field.bytes()), operation);
        break;
      default:
        break;
    }
  }
  return operation;
}

void parse_dimension(std::string_view bytes, GraphInput& input) {
  std::int64_t extent = -1;
  std::string free_name;
  ProtoReader field{bytes};
  while (field.next()) {
    if (field.number() == 1) extent = field.integer();
    if (field.number() == 2) free_name = field.text();
  }
  input.dims.push_back(extent > 0 ? extent : -1);
  input.free_names.push_back(std::move(free_name));
}

// ValueInfoProto > type > tensor_type > shape > dim.
void parse_type(std::string_view bytes, GraphInput& input, Budget& budget) {
  ProtoReader type{bytes};
  while (type.next()) {
    if (type.number() != 1) continue;
    ProtoReader tensor{type.bytes()};
    while (tensor.next()) {
      if (tensor.number() == 1) input.type = tensor.integer();
      if (tensor.number() != 2) continue;
      input.has_shape = true;
      ProtoReader shape{tensor.bytes()};
      while (shape.next()) {
        if (shape.number() != 1) continue;
        budget.spend();
        parse_dimension(shape.bytes(), input);
      }
    }
  }
}

GraphInput parse_value_info(std::string_view bytes, Budget& budget) {
  GraphInput input;
  ProtoReader field{bytes};
  while (field.next()) {
    if (field.number() == 1) input.name = field.text();
    if (field.number() == 2) parse_type(field.bytes(), input, budget);
  }
  return input;
}

// Lines like "b_pe: BUFFER target='pos.pe' persistent=True".
void note_buffers(std::string_view signature, Model& model) {
  constexpr std::string_view kMark = "BUFFER target='";
  for (auto at = signature.find(kMark); at != signature.npos; at = signature.find(kMark, at)) {
    at += kMark.size();
    model.buffers.emplace(signature.substr(at, signature.find('\'', at) - at));
  }
}

// Lines like "p_fc_weight: PARAMETER target='fc.weight'".
void note_parameters(std::string_view signature, Model& model) {
  constexpr std::string_view kMark = ": PARAMETER target='";
  for (auto at = signature.find(kMark); at != signature.npos; at = signature.find(kMark, at)) {
    const auto line = signature.rfind('\n', at);
    const auto begin = line == signature.npos ? 0 : line + 1;
    const std::string_view called = signature.substr(begin, at - begin);
    at += kMark.size();
    model.parameters.emplace(called, signature.substr(at, signature.find('\'', at) - at));
  }
}

// Calls name parameters as the module does.
void use_own_names(Model& model) {
  for (auto& operation : model.operations) {
    for (auto& parameter : operation.parameters) {
      const auto own = model.parameters.find(parameter);
      if (own != model.parameters.end()) parameter = own->second;
    }
  }
}

constexpr std::string_view kSignature = "pkg.torch.export.ExportedProgram.graph_signature";

void parse_graph(std::string_view bytes, Model& model, Budget& budget) {
  ProtoReader field{bytes};
  while (field.next()) {
    budget.spend();
    switch (field.number()) {
      case 1:
        model.operations.push_back(parse_operation(field.bytes(), budget));
        break;
      case 5:
        model.initializers.push_back(parse_tensor(field.bytes()));
        break;
      case 11:
        model.inputs.push_back(parse_value_info(field.bytes(), budget));
        break;
      case 12:
        model.outputs.push_back(parse_value_info(field.bytes(), budget).name);
        break;
      case 15:
        throw Damaged{"has sparse weights, which are not supported"};
      case 16:
        if (const Note note = parse_note(field.bytes()); note.key == kSignature) {
          note_buffers(note.value, model);
          note_parameters(note.value, model);
        }
        break;
      default:
        break;
    }
  }
}

void parse_opset(std::string_view bytes, Model& model) {
  std::string_view domain;
  std::int64_t version = 0;
  ProtoReader field{bytes};
  while (field.next()) {
    if (field.number() == 1) domain = field.bytes();
    if (field.number() == 2) version = field.integer();
  }
  if (domain.empty() || domain == "ai.onnx") model.opset = version;
}

}  // namespace

bool Tensor::is_real() const {
  // From 17 on: the eight-bit floats, and four-bit types of which only 23 is one.
  return type == kFloat || type == kFloat16 || type == kDouble || type == kBfloat16 ||
         (type >= 17 && type <= 20) || type == 23;
}

Model parse_model(std::string_view bytes) {
  Model model;
  Budget budget;
  bool has_graph = false;
  ProtoReader field{bytes};
  while (field.next()) {
    if (field.number() == 2) model.producer = field.bytes();
    if (field.number() == 8) parse_opset(field.bytes(), model);
    if (field.number() != 7) continue;
    parse_graph(field.bytes(), model, budget);
    has_graph = true;
  }
  if (!has_graph) throw Damaged{"holds no graph: not an ONNX model, or cut short"};
  use_own_names(model);
  return model;
}

}  // namespace erg::onnx
