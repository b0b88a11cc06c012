// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace erg {

// A Python pickle, read as data: it builds the few values below and never calls anything.
//
// Read are None, booleans, integers of 64 bits, floats, strings, bytes, lists, tuples, dicts, and
// NumPy arrays, scalars and types, as np.save writes them. A pickle that names anything else throws
// FormatError with that name and the way to convert the file where it is trusted.
class Pickle {
 public:
  enum class Kind : std::uint8_t {
    none,
    boolean,
    integer,
    number,
    text,
    bytes,
    list,
    tuple,
    dict,
    array,
    type,     // a numpy.dtype
    callable  // one of the few names that are known
  };
  using Index = std::uint32_t;

  struct Value {
    Kind kind = Kind::none;
    std::int64_t integer = 0;  // of a boolean or an integer
    double number = 0;
    std::string text{};                // of a text, bytes, type or callable
    std::vector<Index> items{};        // of a container (a dict by key, value, key, value) or an
                                       // array of objects
    std::vector<std::size_t> shape{};  // of an array
    std::vector<double> numbers{};     // of an array of numbers
  };

  // `name` stands in the messages.
  Pickle(std::string_view bytes, const std::string& name);

  const Value& root() const { return values_[root_]; }
  const Value& value(Index index) const { return values_[index]; }

  // The root as a row of rows of numbers: an array of objects, a list or a tuple, each element of
  // it a number or a flat array, list or tuple of numbers. Throws FormatError for anything else.
  std::vector<std::vector<double>> elements_of_root() const;

 private:
  class Machine;

  void append_flat(const Value& element, std::vector<double>& out) const;

  std::string name_;
  std::vector<Value> values_;
  Index root_ = 0;
};

}  // namespace erg
