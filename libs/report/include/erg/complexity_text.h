// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "erg/complexity.h"
#include "erg/text_table.h"

namespace erg {

// One line a network: input, MACs, parameters, bytes.
std::string network_list_text(std::span<const Complexity> networks,
                              TextStyle style = TextStyle::plain);

// The totals of a network with their conventions, and one line a layer where asked.
std::string complexity_text(const Complexity& complexity, bool by_layer,
                            TextStyle style = TextStyle::plain);

}  // namespace erg
