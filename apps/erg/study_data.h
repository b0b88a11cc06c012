// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace erg {

// What a data set's name alone says of it.
struct DataOutline {
  std::int64_t channels = 3;
  std::int64_t classes = 10;
  std::int64_t images = 0;  // to train on
};

// Empty for a name that says nothing.
std::optional<DataOutline> outline_of(std::string_view data);

// A few made images of the same shape.
std::string made_like(std::string_view data);

}  // namespace erg
