// SPDX-License-Identifier: Apache-2.0
#include "erg/pickle.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

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

void Pickle::Machine::push_number(double number) {
  Value value{Kind::number};
  value.number = number;
  push(std::move(value));
}

void Pickle::Machine::push_boolean(bool truth) {
  Value value{Kind::boolean};
  value.integer = truth;
  value.number = truth ? 1 : 0;
  push(std::move(value));
}

// In the order in which they were pushed.
std::vector<Pickle::Index> Pickle::Machine::pop_many(std::size_t count) {
  std::vector<Index> items(count);
  for (auto item = items.rbegin(); item != items.rend(); ++item) *item = pop();
  return items;
}

void Pickle::Machine::add_items(Kind kind, const std::vector<Index>& items) {
  Value& into = top();
  if (into.kind != kind) refuse("adds to a value that holds nothing");
  into.items.insert(into.items.end(), items.begin(), items.end());
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
    case 0x87:
      push_items(Kind::tuple, pop_many(opcode - 0x84u));
      return true;
    case 'a':
      add_items(Kind::list, pop_many(1));
      return true;
    case 'e':
      add_items(Kind::list, pop_to_mark());
      return true;
    case 's':
      add_items(Kind::dict, pop_many(2));
      return true;
    case 'u':
      add_items(Kind::dict, pop_to_mark());
      return true;
    default:
      return false;
  }
}

bool Pickle::Machine::step_stack(unsigned char opcode) {
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
      push(Value{});
      return true;
    case 0x88:
    case 0x89:
      push_boolean(opcode == 0x88);
      return true;
    default:
      return false;
  }
}

std::size_t Pickle::Machine::take_memo_number() {
  std::size_t key = 0;
  const auto line = take_line();
  const auto [end, status] = std::from_chars(line.data(), line.data() + line.size(), key);
  if (status != std::errc{} || end != line.data() + line.size()) refuse("not a number of the memo");
  return key;
}

void Pickle::Machine::remember(std::size_t key) {
  top();
  memo_[key] = stack_.back();
}

void Pickle::Machine::recall(std::size_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) refuse("takes a value from the memo that is not there");
  stack_.push_back(found->second);
}

bool Pickle::Machine::step_memo(unsigned char opcode) {
  switch (opcode) {
    case 'q':
      remember(take_size(1));
      return true;
    case 'r':
      remember(take_size(4));
      return true;
    case 'p':
      remember(take_memo_number());
      return true;
    case 0x94:
      remember(memo_.size());
      return true;
    case 'h':
      recall(take_size(1));
      return true;
    case 'j':
      recall(take_size(4));
      return true;
    case 'g':
      recall(take_memo_number());
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
