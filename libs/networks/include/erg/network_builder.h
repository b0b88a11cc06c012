// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "erg/network.h"

namespace erg {

// Writes a network down layer by layer: each takes the one before it unless told otherwise.
//
//   NetworkBuilder net{"tiny", {{1, 28, 28}}};
//   net.add(Conv2d{.out_channels = 8, .kernel = 3}).add(Activation{}).add(Flatten{});
//   net.add(Linear{.out_features = 10});
//   return net.build();
//
// Layers without a name are called by kind and position among their scope's children, as the study
// did: "Conv2d_0", "ReLU_1".
class NetworkBuilder {
 public:
  using Id = std::size_t;

  NetworkBuilder(std::string name, Input input);

  // Takes the current tensor and makes its own the current one.
  NetworkBuilder& add(Layer layer, std::string_view name = {});
  // The same for a layer of several inputs.
  NetworkBuilder& join(Layer layer, std::vector<Id> inputs, std::string_view name = {});

  // The current tensor, to come back to with from().
  Id here() const { return current_; }
  NetworkBuilder& from(Id id) {
    current_ = id;
    return *this;
  }

  // Names between enter() and leave() begin with "name.". Without a name: kind and position.
  NetworkBuilder& enter(std::string_view name);
  NetworkBuilder& enter_numbered(std::string_view kind);
  NetworkBuilder& leave();

  // Throws NetworkError. The current tensor is the output; the builder is left empty.
  Network build(Initialization initialization = Initialization::torch);

 private:
  struct Scope {
    std::string prefix;
    std::size_t children = 0;
  };

  std::string name_;
  std::vector<Node> nodes_;
  std::vector<Scope> scopes_;
  Id current_ = 0;
};

}  // namespace erg
