// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "erg/open_store.h"
#include "erg/testing/at.h"
#include "erg/testing/temp_tree.h"

namespace erg::testing {

// A store in an empty file.
class SqliteBackend {
 public:
  std::optional<std::string> missing() const { return std::nullopt; }
  std::string url() const { return "sqlite:" + folder_.path("runs.db").string(); }

 private:
  TempTree folder_;
};

// A store in a schema of its own on the server that ERG_TEST_POSTGRES names.
class PostgresBackend {
 public:
  PostgresBackend();
  ~PostgresBackend();
  std::optional<std::string> missing() const;
  std::string url() const;

 private:
  std::string schema_;
};

// A part of this very process, with an energy counter of 1 mJ and a gauge.
PartHeader this_process();
RunHeader named(const std::string& name, UtcTime start = UtcTime{Nanoseconds{1}});
// Ten readings a second from `begin_s` on, at 100 W.
std::vector<Sample> readings(double begin_s, int count);

}  // namespace erg::testing
