// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "erg/json.h"
#include "erg/json_writer.h"
#include "erg/layer.h"

namespace erg {

// Writes the options that differ from the kind's default as members of the open object.
void write_options(JsonWriter& out, const Layer& layer);

// Sets the option called `name`. Throws LayerError: no such option, or not what it wants.
void read_option(Layer& layer, const std::string& name, const Json& value,
                 std::span<const std::string_view> other_keys);

}  // namespace erg
