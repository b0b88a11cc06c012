// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sql.h"

// Values in PostgreSQL's binary formats: columns are BIGINT, DOUBLE PRECISION, TEXT or BYTEA only.
namespace erg::store::wire {

inline constexpr std::string_view kCopyHeader{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19};
inline constexpr std::string_view kCopyTrailer{"\377\377", 2};

// Big-endian, of any width; 0 for nothing.
std::int64_t to_integer(std::span<const std::uint8_t> bytes);

std::string as_binary(const Value& value);
std::string as_text(const Value& value);
void append_tuple(std::string& out, std::span<const Value> row);

// Text without what the server refuses: a zero byte, and bytes that are no UTF-8, become '?'.
std::string clean_text(std::string_view text);

}  // namespace erg::store::wire
