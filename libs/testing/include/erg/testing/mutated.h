// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace erg::testing {

// What a mutation may do to a text: `telling` characters mean something to its reader.
struct Mutation {
  std::string_view telling;
  std::size_t longest_insert = 16;  // fewer bytes than this are repeated
  std::size_t longest_erase = 8;    // fewer bytes than this are left out
};

// One to four changes at random: a byte, a telling byte, a cut, a repetition, an omission.
inline std::string mutated(std::string bytes, const Mutation& mutation, std::mt19937_64& random) {
  for (std::size_t changes = 1 + random() % 4; changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = random() % bytes.size();
    switch (random() % 5) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = mutation.telling[random() % mutation.telling.size()];
        break;
      case 2:
        bytes.resize(at);
        break;
      case 3:
        bytes.insert(at, bytes.substr(at / 2, random() % mutation.longest_insert));
        break;
      default:
        bytes.erase(at, random() % mutation.longest_erase);
    }
  }
  return bytes;
}

}  // namespace erg::testing
