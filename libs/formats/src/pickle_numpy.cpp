// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "erg/format_error.h"
#include "numpy_type.h"
#include "pickle_machine.h"

namespace erg {
namespace {

// What a pickle may name, by what it means here.
constexpr std::string_view kReconstruct = "reconstruct";
constexpr std::string_view kScalar = "scalar";
constexpr std::string_view kArray = "ndarray";
constexpr std::string_view kType = "dtype";
constexpr std::string_view kEncode = "encode";

struct Known {
  std::string_view name;
  std::string_view meaning;
};
constexpr std::array<Known, 7> kKnown{{
    {"numpy.core.multiarray._reconstruct", kReconstruct},
    {"numpy._core.multiarray._reconstruct", kReconstruct},
    {"numpy.core.multiarray.scalar", kScalar},
    {"numpy._core.multiarray.scalar", kScalar},
    {"numpy.ndarray", kArray},
    {"numpy.dtype", kType},
    {"_codecs.encode", kEncode},  // how Python 3 writes bytes for protocol 2
}};

}  // namespace

void Pickle::Machine::refuse_name(std::string_view name) const {
  throw FormatError{
      fmt::format("{}: a pickle that asks for {}, which is not read: a pickle can run any program. "
                  "If you trust "
                  "the file, convert it where it was made: numpy.save(name, array.astype('f8')), "
                  "or one file an "
                  "element",
                  name_, name)};
}

void Pickle::Machine::name_global(std::string_view module, std::string_view name) {
  const std::string full = fmt::format("{}.{}", module, name);
  const auto known = std::ranges::find(kKnown, full, &Known::name);
  if (known == kKnown.end()) refuse_name(full);
  Value value{Kind::callable};
  value.text = known->meaning;
  push(std::move(value));
}

bool Pickle::Machine::step_object(unsigned char opcode) {
  switch (opcode) {
    case 'c': {
      const auto module = take_line();
      name_global(module, take_line());
      return true;
    }
    case 0x93: {
      const Index name = pop();
      const Index module = pop();
      name_global(std::string{values_[module].text}, std::string{values_[name].text});
      return true;
    }
    case 'R':
      reduce();
      return true;
    case 'b':
      build();
      return true;
    default:
      return false;
  }
}

// The memo lets a small pickle ask for the same large piece of work any number of times.
void Pickle::Machine::spend(std::size_t work) {
  work_ += work;
  if (work_ > 16 * bytes_.size() + 4096) refuse("asks for far more work than it has bytes");
}

void Pickle::Machine::reduce() {
  const Index arguments = pop();
  const Index callable = pop();
  if (values_[callable].kind != Kind::callable || values_[arguments].kind != Kind::tuple) {
    refuse("calls a value that is no function");
  }
  spend(values_[arguments].items.size());
  const std::vector<Index> items = values_[arguments].items;
  const std::string& meaning = values_[callable].text;
  if (meaning == kReconstruct) return reconstruct(items);
  if (meaning == kType) return make_type(items);
  if (meaning == kScalar) return make_scalar(items);
  if (meaning == kEncode) return encode_text(items);
  refuse_name("a call of numpy.ndarray");
}

void Pickle::Machine::reconstruct(const std::vector<Index>& arguments) {
  if (arguments.empty() || values_[arguments[0]].text != kArray) {
    refuse_name("an array of a class of its own");
  }
  Value array{Kind::array};
  array.shape = {0};
  push(std::move(array));
}

void Pickle::Machine::make_type(const std::vector<Index>& arguments) {
  if (arguments.empty() || values_[arguments[0]].text.size() > 8) refuse("a type without a name");
  Value type{Kind::type};
  type.text = values_[arguments[0]].text;
  push(std::move(type));
}

void Pickle::Machine::make_scalar(const std::vector<Index>& arguments) {
  if (arguments.size() != 2 || values_[arguments[0]].kind != Kind::type) {
    refuse("a number without a type");
  }
  const NumpyType type = numpy_type(values_[arguments[0]].text, name_);
  const std::string& bytes = values_[arguments[1]].text;
  if (type.object() || bytes.size() != type.size) refuse("a number of the wrong size");
  std::vector<double> number;
  append_numbers(type, bytes, number, name_);
  Value value{Kind::number};
  value.number = number.front();
  push(std::move(value));
}

// Text of which every character stands for the byte of its code.
void Pickle::Machine::encode_text(const std::vector<Index>& arguments) {
  const bool latin1 = arguments.size() == 2 && values_[arguments[1]].text == "latin1";
  if (!latin1) refuse_name("_codecs.encode of anything but latin1");
  Value bytes{Kind::bytes};
  const std::string& text = values_[arguments[0]].text;
  spend(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      bytes.text += text[i];
    } else if ((lead == 0xc2 || lead == 0xc3) && i + 1 < text.size()) {
      bytes.text += static_cast<char>((lead & 3) << 6 | (text[++i] & 0x3f));
    } else {
      refuse("text that is not latin1");
    }
  }
  push(std::move(bytes));
}

void Pickle::Machine::build() {
  const Index state = pop();
  top();
  const Index target = stack_.back();
  if (values_[state].kind != Kind::tuple) refuse("sets up a value from something that is no tuple");
  constexpr std::size_t kLongestState = 16;
  if (values_[state].items.size() > kLongestState) refuse("sets up a value from too much");
  const Value copy = values_[state];
  if (values_[target].kind == Kind::type) return build_type(values_[target], copy);
  if (values_[target].kind == Kind::array) return build_array(target, copy);
  refuse("sets up a value that has nothing to set up");
}

// (version, byte order, ...)
void Pickle::Machine::build_type(Value& type, const Value& state) {
  if (state.items.size() < 2) refuse("a type without its byte order");
  const std::string order = values_[state.items[1]].text;
  constexpr std::string_view kOrders = "<>|=";
  if (order.size() != 1 || kOrders.find(order[0]) == std::string_view::npos) {
    refuse("a byte order that is none");
  }
  constexpr std::size_t kLongest = 8;
  if (type.text.empty() || type.text.size() >= kLongest) refuse("a type set up twice");
  if (kOrders.find(type.text[0]) == std::string_view::npos) type.text.insert(0, order);
}

// (version, shape, type, Fortran order, bytes or a list of objects)
void Pickle::Machine::build_array(Index array, const Value& state) {
  if (state.items.size() != 5) refuse("an array without its shape, type or content");
  const Value& type_value = values_[state.items[2]];
  if (type_value.kind != Kind::type) refuse("an array without a type");
  const NumpyType type = numpy_type(type_value.text, name_);
  std::vector<std::size_t> shape;
  for (const Index extent : values_[state.items[1]].items) {
    if (values_[extent].kind != Kind::integer || values_[extent].integer < 0) {
      refuse("an array with a shape that is none");
    }
    shape.push_back(static_cast<std::size_t>(values_[extent].integer));
  }
  const std::size_t count = element_count(shape, name_);
  const bool fortran = values_[state.items[3]].integer != 0;
  const Value& content = values_[state.items[4]];
  spend(content.text.size() + content.items.size() + count);
  if (type.object()) {
    if (content.items.size() != count) refuse("an array with less or more than its shape says");
    values_[array].items =
        fortran ? in_c_order<Index>(shape, content.items) : std::vector<Index>{content.items};
  } else {
    if (content.text.size() != count * type.size) {
      refuse("an array with less or more than its shape says");
    }
    std::vector<double> numbers;
    append_numbers(type, content.text, numbers, name_);
    if (fortran) numbers = in_c_order<double>(shape, std::move(numbers));
    values_[array].numbers = std::move(numbers);
  }
  values_[array].shape = std::move(shape);
}

std::vector<std::vector<double>> Pickle::elements_of_root() const {
  const Value& all = root();
  std::vector<std::vector<double>> elements;
  for (const double number : all.numbers) elements.push_back({number});
  std::size_t total = 0;
  for (const Index item : all.items) {
    append_flat(values_[item], elements.emplace_back());
    // One value may stand in many places, so that a small file could ask for any memory.
    constexpr std::size_t kMost = std::size_t{1} << 24;
    total += elements.back().size();
    if (total > kMost) throw FormatError{name_ + ": a pickle with over 2^24 numbers"};
  }
  return elements;
}

void Pickle::append_flat(const Value& element, std::vector<double>& out) const {
  const auto number = [](const Value& value) {
    return value.kind == Kind::number || value.kind == Kind::integer || value.kind == Kind::boolean;
  };
  if (number(element)) return out.push_back(element.number);
  if (element.kind != Kind::array && element.kind != Kind::list && element.kind != Kind::tuple) {
    throw FormatError{name_ + ": a pickle whose elements are neither numbers nor rows of numbers"};
  }
  out.insert(out.end(), element.numbers.begin(), element.numbers.end());
  for (const Index item : element.items) {
    if (!number(values_[item])) throw FormatError{name_ + ": a pickle nested deeper than two rows"};
    out.push_back(values_[item].number);
  }
}

}  // namespace erg
