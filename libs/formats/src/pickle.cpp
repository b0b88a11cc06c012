// SPDX-License-Identifier: Apache-2.0
#include "erg/pickle.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

#include "erg/decimal.h"
#include "erg/format_error.h"
#include "pickle_machine.h"

namespace erg {

void Pickle::Machine::refuse(std::string_view reason) const {
  throw FormatError{fmt::format("{}: pickle, byte {}: {}", name_, position_, reason)};
}

std::string_view Pickle::Machine::take(std::size_t size) {
  if (size > bytes_.size() - position_) refuse("ends too early: the file is cut");
  const auto taken = bytes_.substr(position_, size);
  position_ += size;
  return taken;
}

std::size_t Pickle::Machine::take_size(std::size_t bytes) {
  std::size_t size = 0;
  const auto taken = take(bytes);
  for (std::size_t i = 0; i < bytes; ++i) {
    size |= static_cast<std::size_t>(static_cast<unsigned char>(taken[i])) << (8 * i);
  }
  return size;
}

std::string_view Pickle::Machine::take_line() {
  const auto end = bytes_.find('\n', position_);
  if (end == std::string_view::npos) refuse("ends too early: the file is cut");
  const auto line = bytes_.substr(position_, end - position_);
  position_ = end + 1;
  return line;
}

Pickle::Index Pickle::Machine::push(Value value) {
  if (values_.size() >= std::numeric_limits<Index>::max()) refuse("too many values");
  values_.push_back(std::move(value));
  stack_.push_back(static_cast<Index>(values_.size() - 1));
  return stack_.back();
}

Pickle::Index Pickle::Machine::push_integer(std::int64_t integer) {
  Value value{Kind::integer};
  value.integer = integer;
  value.number = static_cast<double>(integer);
  return push(std::move(value));
}

Pickle::Index Pickle::Machine::pop() {
  if (stack_.empty() || (!marks_.empty() && stack_.size() <= marks_.back())) {
    refuse("takes a value that is not there");
  }
  const Index index = stack_.back();
  stack_.pop_back();
  return index;
}

Pickle::Value& Pickle::Machine::top() {
  if (stack_.empty()) refuse("takes a value that is not there");
  return values_[stack_.back()];
}

std::vector<Pickle::Index> Pickle::Machine::pop_to_mark() {
  if (marks_.empty()) refuse("looks for a mark that is not there");
  const auto from = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<Index> items(from, stack_.end());
  stack_.erase(from, stack_.end());
  marks_.pop_back();
  return items;
}

void Pickle::Machine::push_items(Kind kind, std::vector<Index> items) {
  Value value{kind};
  value.items = std::move(items);
  push(std::move(value));
}

void Pickle::Machine::long_integer(std::size_t size) {
  if (size > 8) refuse("an integer of more than 64 bits");
  const std::size_t bits = take_size(size);
  const auto shift = static_cast<unsigned>(64 - 8 * size);
  push_integer(size == 0 ? 0 : static_cast<std::int64_t>(bits << shift) >> shift);
}

bool Pickle::Machine::step_number(unsigned char opcode) {
  switch (opcode) {
    case 'K':
      push_integer(static_cast<std::int64_t>(take_size(1)));
      return true;
    case 'M':
      push_integer(static_cast<std::int64_t>(take_size(2)));
      return true;
    case 'J':
      push_integer(static_cast<std::int32_t>(take_size(4)));
      return true;
    case 0x8a:
      long_integer(take_size(1));
      return true;
    case 0x8b:
      long_integer(take_size(4));
      return true;
    case 'I':
    case 'L': {
      std::string_view line = take_line();
      if (line == "01" || line == "00") {
        Value value{Kind::boolean};
        value.integer = line == "01";
        push(std::move(value));
        return true;
      }
      if (line.ends_with('L')) line.remove_suffix(1);
      std::int64_t integer = 0;
      const auto [end, status] = std::from_chars(line.data(), line.data() + line.size(), integer);
      if (status != std::errc{} || end != line.data() + line.size()) refuse("not an integer");
      push_integer(integer);
      return true;
    }
    case 'G': {
      std::uint64_t bits = 0;
      for (const char byte : take(8)) bits = bits << 8 | static_cast<unsigned char>(byte);
      Value value{Kind::number};
      value.number = std::bit_cast<double>(bits);
      push(std::move(value));
      return true;
    }
    case 'F': {
      const auto number = parse_number(take_line());
      if (!number) refuse("not a number");
      Value value{Kind::number};
      value.number = *number;
      push(std::move(value));
      return true;
    }
    default:
      return false;
  }
}

bool Pickle::Machine::step_text(unsigned char opcode) {
  Value value{Kind::text};
  switch (opcode) {
    case 'X':
      value.text = take(take_size(4));
      break;
    case 0x8c:
      value.text = take(take_size(1));
      break;
    case 0x8d:
      value.text = take(take_size(8));
      break;
    case 'B':
    case 'T':
      value = {Kind::bytes};
      value.text = take(take_size(4));
      break;
    case 'C':
    case 'U':
      value = {Kind::bytes};
      value.text = take(take_size(1));
      break;
    case 0x8e:
      value = {Kind::bytes};
      value.text = take(take_size(8));
      break;
    default:
      return false;
  }
  push(std::move(value));
  return true;
}

bool Pickle::Machine::step_container(unsigned char opcode) {
  switch (opcode) {
    case ']':
      push_items(Kind::list, {});
      return true;
    case ')':
      push_items(Kind::tuple, {});
      return true;
    case '}':
      push_items(Kind::dict, {});
      return true;
    case 'l':
      push_items(Kind::list, pop_to_mark());
      return true;
    case 't':
      push_items(Kind::tuple, pop_to_mark());
      return true;
    case 'd':
      push_items(Kind::dict, pop_to_mark());
      return true;
    case 0x85:
    case 0x86:
    case 0x87: {
      std::vector<Index> items(opcode - 0x84u);
      for (auto item = items.rbegin(); item != items.rend(); ++item) *item = pop();
      push_items(Kind::tuple, std::move(items));
      return true;
    }
    case 'a':
    case 'e':
    case 's':
    case 'u': {
      std::vector<Index> items;
      if (opcode == 'e' || opcode == 'u') {
        items = pop_to_mark();
      } else {
        items.assign(opcode == 'a' ? 1 : 2, 0);
        for (auto item = items.rbegin(); item != items.rend(); ++item) *item = pop();
      }
      Value& into = top();
      const Kind wanted = opcode == 'a' || opcode == 'e' ? Kind::list : Kind::dict;
      if (into.kind != wanted) refuse("adds to a value that holds nothing");
      into.items.insert(into.items.end(), items.begin(), items.end());
      return true;
    }
    default:
      return false;
  }
}

bool Pickle::Machine::step_stack(unsigned char opcode) {
  Value value;
  switch (opcode) {
    case 0x80:
      if (take_size(1) > 5) refuse("written by a protocol later than 5");
      return true;
    case 0x95:
      take(8);
      return true;
    case '(':
      marks_.push_back(stack_.size());
      return true;
    case '0':
      pop();
      return true;
    case '1':
      pop_to_mark();
      return true;
    case 'N':
      push(std::move(value));
      return true;
    case 0x88:
    case 0x89:
      value.kind = Kind::boolean;
      value.integer = opcode == 0x88;
      value.number = static_cast<double>(value.integer);
      push(std::move(value));
      return true;
    default:
      return false;
  }
}

bool Pickle::Machine::step_memo(unsigned char opcode) {
  const auto line_number = [&] {
    std::size_t key = 0;
    const auto line = take_line();
    if (std::from_chars(line.data(), line.data() + line.size(), key).ec != std::errc{}) {
      refuse("not a number of the memo");
    }
    return key;
  };
  const auto put = [&](std::size_t key) {
    top();
    memo_[key] = stack_.back();
  };
  const auto fetch = [&](std::size_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) refuse("takes a value from the memo that is not there");
    stack_.push_back(found->second);
  };
  switch (opcode) {
    case 'q':
      put(take_size(1));
      return true;
    case 'r':
      put(take_size(4));
      return true;
    case 'p':
      put(line_number());
      return true;
    case 0x94:
      put(memo_.size());
      return true;
    case 'h':
      fetch(take_size(1));
      return true;
    case 'j':
      fetch(take_size(4));
      return true;
    case 'g':
      fetch(line_number());
      return true;
    default:
      return false;
  }
}

bool Pickle::Machine::step(unsigned char opcode) {
  if (opcode == '.') return false;
  if (!step_stack(opcode) && !step_number(opcode) && !step_text(opcode) &&
      !step_container(opcode) && !step_memo(opcode) && !step_object(opcode)) {
    refuse(fmt::format("opcode 0x{:02x} is not read here", opcode));
  }
  return true;
}

Pickle::Index Pickle::Machine::run() {
  while (step(static_cast<unsigned char>(take(1).front()))) continue;
  return pop();
}

Pickle::Pickle(std::string_view bytes, const std::string& name) : name_{name} {
  root_ = Machine{bytes, name_, values_}.run();
}

}  // namespace erg
