// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "erg/power_limiter.h"
#include "erg/testing/fake_nvml.h"
#include "erg/testing/temp_tree.h"

namespace erg::testing {

// Limiters of the fake cards, with journals in a folder of their own.
class LimiterCase : public ::testing::Test {
 protected:
  std::string uuid(std::size_t card = 0) { return fake_.gpu(card).uuid; }

  // Waits for what another process is to do; true once it has.
  static bool soon(const std::function<bool()>& happened) {
    for (int i = 0; i < 500; ++i) {
      if (happened()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return false;
  }
  static void end(::pid_t child, int signal) {
    ::kill(child, signal);
    ::waitpid(child, nullptr, 0);
  }
  static std::string refusal(const std::function<void()>& act) {
    try {
      act();
    } catch (const LimitRefused& error) {
      return std::string{error.what()} + " | " + error.remedy();
    }
    return "not refused";
  }

  TempTree tree_;
  FakeNvml fake_{tree_.path("state")};
  PowerLimiterOptions options_{FAKE_NVML, tree_.path("journal"), tree_.root()};
};

}  // namespace erg::testing
