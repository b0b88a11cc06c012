// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "backends.h"

namespace erg::testing {

// A fresh store of one backend; skips, saying why, where the backend is not here.
template <class Backend>
class OpenStore : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto missing = backend_.missing()) GTEST_SKIP() << *missing;
    store_ = open_store(backend_.url());
  }

  Backend backend_;
  std::unique_ptr<Store> store_;
};

}  // namespace erg::testing
