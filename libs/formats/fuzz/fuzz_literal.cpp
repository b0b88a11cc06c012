// SPDX-License-Identifier: Apache-2.0
#include "erg/python_literal.h"
#include "fuzz.h"

void read_foreign(std::string bytes) {
  erg::PythonLiteral literal;
  literal.parse(bytes);
}
