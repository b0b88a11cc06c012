// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erg/pickle.h"

namespace erg {

// Runs a pickle's opcodes over a stack of values.
class Pickle::Machine {
 public:
  Machine(std::string_view bytes, const std::string& name, std::vector<Value>& values)
      : bytes_{bytes}, name_{name}, values_{values} {}

  // The value on the stack at STOP.
  Index run();

 private:
  [[noreturn]] void refuse(std::string_view reason) const;
  [[noreturn]] void refuse_name(std::string_view name) const;

  bool step(unsigned char opcode);  // one opcode; false at STOP
  bool step_number(unsigned char opcode);
  bool step_text(unsigned char opcode);
  bool step_container(unsigned char opcode);
  bool step_stack(unsigned char opcode);
  bool step_memo(unsigned char opcode);
  bool step_object(unsigned char opcode);

  std::string_view take(std::size_t size);
  std::size_t take_size(std::size_t bytes);
  std::string_view take_line();

  Index push(Value value);
  Index push_integer(std::int64_t integer);
  void push_number(double number);
  void push_boolean(bool truth);
  Index pop();
  Value& top();
  std::vector<Index> pop_to_mark();
  std::vector<Index> pop_many(std::size_t count);
  void push_items(Kind kind, std::vector<Index> items);
  void add_items(Kind kind, const std::vector<Index>& items);
  std::size_t take_memo_number();
  void remember(std::size_t key);
  void recall(std::size_t key);
  void long_integer(std::size_t size);
  void written_integer(std::string_view line);
  void written_number(std::string_view line);
  void binary_number(std::string_view big_endian);

  void name_global(std::string_view module, std::string_view name);
  void spend(std::size_t work);
  void reduce();
  void reconstruct(const std::vector<Index>& arguments);
  void make_type(const std::vector<Index>& arguments);
  void make_scalar(const std::vector<Index>& arguments);
  void encode_text(const std::vector<Index>& arguments);
  void build();
  void build_type(Value& type, const Value& state);
  void build_array(Index array, const Value& state);

  std::string_view bytes_;
  std::size_t position_ = 0;
  const std::string& name_;
  std::vector<Value>& values_;
  std::vector<Index> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::size_t, Index> memo_;
  std::size_t work_ = 0;
};

}  // namespace erg
