// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>

#include "erg/run.h"

namespace erg {

class ByteSource;

// A run as JSON lines: one object a line, each with one key that says what it is ("run", "part",
// "samples", "gap", "spans", "block", "note", "epoch", "breakdown", "end"). Numbers of time are
// nanoseconds, those of energy joules; enumerations stand by their words. Nothing is rounded:
// reading gives the same value back.
void write_run_json(const Run& run, std::ostream& out);

// Reads what write_run_json wrote, any number of runs one after another. Memory holds one run.
class RunJsonReader {
 public:
  // `source` must outlive the reader.
  explicit RunJsonReader(ByteSource& source);
  ~RunJsonReader();

  // The next run; empty at the end. Throws FormatError, with the line, for anything malformed and
  // for a run whose end is missing.
  std::optional<Run> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace erg
