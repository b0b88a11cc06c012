// SPDX-License-Identifier: Apache-2.0
#include "erg/network_builder.h"

#include <cassert>
#include <utility>

namespace erg {

NetworkBuilder::NetworkBuilder(std::string name, Input input)
    : name_{std::move(name)}, nodes_{{"input", std::move(input), {}}}, scopes_(1) {}

NetworkBuilder& NetworkBuilder::add(Layer layer, std::string_view name) {
  return join(std::move(layer), {current_}, name);
}

NetworkBuilder& NetworkBuilder::join(Layer layer, std::vector<Id> inputs, std::string_view name) {
  Scope& scope = scopes_.back();
  std::string own = scope.prefix;
  if (name.empty()) {
    own += std::string{kind(layer)} + "_" + std::to_string(scope.children);
  } else {
    own += name;
  }
  ++scope.children;
  nodes_.push_back({std::move(own), std::move(layer), std::move(inputs)});
  current_ = nodes_.size() - 1;
  return *this;
}

NetworkBuilder& NetworkBuilder::enter(std::string_view name) {
  ++scopes_.back().children;
  scopes_.push_back({scopes_.back().prefix + std::string{name} + ".", 0});
  return *this;
}

NetworkBuilder& NetworkBuilder::enter_numbered(std::string_view kind) {
  return enter(std::string{kind} + "_" + std::to_string(scopes_.back().children));
}

NetworkBuilder& NetworkBuilder::leave() {
  assert(scopes_.size() > 1);
  scopes_.pop_back();
  return *this;
}

Network NetworkBuilder::build(Initialization initialization) {
  assert(scopes_.size() == 1);
  return Network{std::move(name_), std::exchange(nodes_, {}), current_, initialization};
}

}  // namespace erg
