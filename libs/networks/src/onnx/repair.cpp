// SPDX-License-Identifier: Apache-2.0
#include "repair.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace erg::onnx {
namespace {

using Names = std::set<std::string, std::less<>>;
using Makers = std::map<std::string, std::size_t, std::less<>>;

Makers makers_of(const Model& model) {
  Makers makers;
  for (std::size_t i = 0; i < model.operations.size(); ++i) {
    for (const auto& output : model.operations[i].outputs) makers.emplace(output, i);
  }
  return makers;
}

// Where x is large, x stands for its softplus, which is then the same number.
bool is_guarded_softplus(const Model& model, const Makers& makers, const Operation& where) {
  if (where.type != "Where" || where.inputs.size() != 3) return false;
  const auto condition = makers.find(where.inputs[0]);
  const auto value = makers.find(where.inputs[2]);
  if (condition == makers.end() || value == makers.end()) return false;
  const auto& greater = model.operations[condition->second];
  const auto& softplus = model.operations[value->second];
  if (greater.type != "Greater" || greater.inputs.empty()) return false;
  if (where.call.starts_with("aten.softplus") && greater.call == where.call) return true;
  return softplus.type == "Softplus" && !softplus.inputs.empty() &&
         softplus.inputs[0] == where.inputs[1] && greater.inputs[0] == where.inputs[1];
}

void drop_softplus_guards(Model& model) {
  const Makers makers = makers_of(model);
  Names conditions;
  for (auto& operation : model.operations) {
    if (!is_guarded_softplus(model, makers, operation)) continue;
    conditions.insert(operation.inputs[0]);
    operation.type = "Identity";
    operation.inputs = {operation.inputs[2]};
  }
  for (const auto& operation : model.operations) {
    for (const auto& input : operation.inputs) conditions.erase(input);
  }
  std::erase_if(model.operations, [&](const Operation& operation) {
    return operation.outputs.size() == 1 && conditions.contains(operation.outputs[0]);
  });
}

// Whether a call in a module takes a parameter by the name of another module: they are tied.
bool is_of_another(const Operation& operation, const std::string& parameter) {
  return !operation.scope.empty() && !parameter.starts_with(operation.scope + ".");
}

Names noted_parameters(const Model& model) {
  Names names;
  for (const auto& [called, parameter] : model.parameters) names.insert(parameter);
  return names;
}

// Of zeros and ones that are split, one initializer serves all modules, and no call notes whose
// they are: the modules that take the parts tell.
class Splits {
 public:
  Splits(Model& model, const Payloads& payloads)
      : model_{model}, payloads_{payloads}, noted_{noted_parameters(model)} {
    for (const auto& tensor : model.initializers) held_.emplace(tensor.name, tensor);
  }

  void part() {
    for (const auto& operation : model_.operations) {
      note(operation);
      for (const auto& parameter : operation.parameters) {
        if (is_of_another(operation, parameter)) tied_.insert(operation.scope);
      }
    }
    if (splits_.empty()) return;
    std::vector<Operation> operations;
    for (auto& operation : model_.operations) {
      for (auto& input : operation.inputs) {
        const auto split = splits_.find(input);
        if (split != splits_.end()) input = own_part(split->second, input, operation, operations);
      }
      operations.push_back(std::move(operation));
    }
    model_.operations = std::move(operations);
  }

 private:
  void note(const Operation& operation) {
    constexpr std::size_t kMostParts = 16;  // queries, keys and values are three
    if (operation.type != "Split" || !operation.call.empty() || operation.inputs.empty() ||
        operation.outputs.size() > kMostParts) {
      return;
    }
    const auto whole = held_.find(operation.inputs[0]);
    if (whole == held_.end() || !looks_constant(whole->second, payloads_)) return;
    for (const auto& output : operation.outputs) splits_.emplace(output, operation);
  }

  // The parameter of a module of this scope that has the place of `like` in its own; empty: none.
  std::string twin_of(const std::string& like, const std::string& scope) const {
    const auto dot = like.rfind('.');
    if (dot == like.npos || scope.empty() || like.substr(0, dot) == scope) return {};
    std::string twin = scope + like.substr(dot);
    return noted_.contains(twin) && !held_.contains(twin) ? twin : std::string{};
  }

  // What to take instead of a part: that of the module's own parameter, split before it is taken.
  std::string own_part(const Operation& split, const std::string& part, const Operation& taker,
                       std::vector<Operation>& operations) {
    const std::string twin = twin_of(split.inputs[0], taker.scope);
    if (twin.empty() || tied_.contains(taker.scope)) return part;
    const std::string mark = twin + "/";
    if (made_.insert(twin).second) {
      Tensor own = held_.at(split.inputs[0]);
      own.name = twin;
      model_.initializers.push_back(std::move(own));
    }
    if (copies_.emplace(twin, split.name).second) {
      Operation copy = split;
      copy.inputs[0] = twin;
      for (auto& output : copy.outputs) output.insert(0, mark);
      operations.push_back(std::move(copy));
    }
    return mark + part;
  }

  Model& model_;
  const Payloads& payloads_;
  Names noted_;
  std::map<std::string, Tensor, std::less<>> held_;       // the initializers of the file
  std::map<std::string, Operation, std::less<>> splits_;  // by what they make
  Names tied_;                                            // modules
  Names made_;
  std::set<std::pair<std::string, std::string>> copies_;
};

}  // namespace

void repair(Model& model, const Payloads& payloads) {
  const auto has = [&](std::string_view type) {
    return std::any_of(model.operations.begin(), model.operations.end(),
                       [&](const Operation& operation) { return operation.type == type; });
  };
  if (has("Greater")) drop_softplus_guards(model);
  if (has("Split") && !model.parameters.empty()) Splits{model, payloads}.part();
}

std::vector<std::string> lost_parameters(const Model& model) {
  constexpr std::size_t kLongest = 512;  // names of modules; keeps the cost bounded
  Names lost = noted_parameters(model);
  Names tied;  // modules
  for (const auto& tensor : model.initializers) lost.erase(tensor.name);
  for (const auto& operation : model.operations) {
    for (const auto& parameter : operation.parameters) {
      lost.erase(parameter);
      if (!is_of_another(operation, parameter) || parameter.size() > kLongest ||
          operation.scope.size() > kLongest) {
        continue;
      }
      tied.insert(operation.scope);
      for (auto dot = parameter.find('.'); dot != parameter.npos;
           dot = parameter.find('.', dot + 1)) {
        lost.erase(operation.scope + parameter.substr(dot));
      }
    }
  }
  std::erase_if(lost, [&](const std::string& name) {
    return tied.contains(std::string_view{name}.substr(0, name.rfind('.')));
  });
  return {lost.begin(), lost.end()};
}

}  // namespace erg::onnx
