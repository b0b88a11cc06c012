// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <charconv>

#include "erg/decimal.h"
#include "pickle_machine.h"

// The opcodes of numbers and texts.
namespace erg {

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
    case 'L':
      written_integer(take_line());
      return true;
    case 'G':
      binary_number(take(8));
      return true;
    case 'F':
      written_number(take_line());
      return true;
    default:
      return false;
  }
}

void Pickle::Machine::long_integer(std::size_t size) {
  if (size > 8) refuse("an integer of more than 64 bits");
  const std::size_t bits = take_size(size);
  const auto shift = static_cast<unsigned>(64 - 8 * size);
  push_integer(size == 0 ? 0 : static_cast<std::int64_t>(bits << shift) >> shift);
}

// Digits, with an L behind them where Python 2 wrote a long one; "00" and "01" are booleans.
void Pickle::Machine::written_integer(std::string_view line) {
  if (line == "01" || line == "00") return push_boolean(line == "01");
  if (line.ends_with('L')) line.remove_suffix(1);
  std::int64_t integer = 0;
  const auto [end, status] = std::from_chars(line.data(), line.data() + line.size(), integer);
  if (status != std::errc{} || end != line.data() + line.size()) refuse("not an integer");
  push_integer(integer);
}

void Pickle::Machine::binary_number(std::string_view big_endian) {
  std::uint64_t bits = 0;
  for (const char byte : big_endian) bits = bits << 8 | static_cast<unsigned char>(byte);
  push_number(std::bit_cast<double>(bits));
}

void Pickle::Machine::written_number(std::string_view line) {
  const auto number = parse_number(line);
  if (!number) refuse("not a number");
  push_number(*number);
}

bool Pickle::Machine::step_text(unsigned char opcode) {
  // How many bytes say how long the text is.
  std::size_t width = 0;
  switch (opcode) {
    case 0x8c:
    case 'C':
    case 'U':
      width = 1;
      break;
    case 'X':
    case 'B':
    case 'T':
      width = 4;
      break;
    case 0x8d:
    case 0x8e:
      width = 8;
      break;
    default:
      return false;
  }
  const bool text = opcode == 'X' || opcode == 0x8c || opcode == 0x8d;
  Value value{text ? Kind::text : Kind::bytes};
  value.text = take(take_size(width));
  push(std::move(value));
  return true;
}

}  // namespace erg
