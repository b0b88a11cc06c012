// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace erg {

// Lambdas as one visitor.
template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace erg
