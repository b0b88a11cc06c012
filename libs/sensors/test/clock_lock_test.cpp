// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "erg/power_limiter.h"
#include "limit_journal.h"
#include "limiter_case.h"

namespace erg {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ClockLock : public testing::LimiterCase {
 protected:
  std::uint32_t locked_mhz() { return fake_.gpu(0).locked_mhz; }
  bool journal() {
    return std::filesystem::exists(journal_file(resolved(options_), uuid(), LimitKind::clock));
  }
  // A process that holds the card's power and clock until it dies.
  ::pid_t holder() {
    const ::pid_t child = ::fork();
    if (child == 0) {
      PowerLimiter limiter{uuid(), options_};
      limiter.set(Watts{400});
      limiter.lock_clock(1200);
      for (;;) ::pause();
    }
    EXPECT_TRUE(soon([&] { return locked_mhz() == 1200; }));
    return child;
  }
};

TEST_F(ClockLock, TellsTheRangeOfEachCard) {
  const auto all = clock_limits(options_);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].min_mhz, 210U);
  EXPECT_EQ(all[0].max_mhz, 1980U);
  EXPECT_EQ(all[0].now_mhz, 1980U);
  EXPECT_EQ(all[1].index, 1U);
}

TEST_F(ClockLock, IsGivenBackWithTheLimit) {
  {
    PowerLimiter limiter{uuid(), options_};
    limiter.set(Watts{400});
    limiter.lock_clock(1200);
    EXPECT_EQ(locked_mhz(), 1200U);
    EXPECT_EQ(limiter.clocks().now_mhz, 1200U);
    EXPECT_TRUE(journal());
    limiter.lock_clock(900);
    EXPECT_EQ(locked_mhz(), 900U);
  }
  EXPECT_EQ(locked_mhz(), 0U);
  EXPECT_EQ(fake_.gpu(0).limit_mw, 700'000U);
  EXPECT_FALSE(journal());
}

TEST_F(ClockLock, IsTheWayWhereThereIsNoLimitOfPower) {
  fake_.gpu(0).limit_result = 3;
  {
    PowerLimiter limiter{uuid(), options_};
    EXPECT_THAT(refusal([&] { limiter.set(Watts{400}); }), HasSubstr("NOT_SUPPORTED"));
    limiter.lock_clock(1200);
    EXPECT_EQ(locked_mhz(), 1200U);
  }
  EXPECT_EQ(locked_mhz(), 0U);
}

TEST_F(ClockLock, RefusesWhatIsNoClockWithoutTouching) {
  PowerLimiter limiter{uuid(), options_};
  for (const unsigned mhz : {0U, 209U, 1981U}) {
    EXPECT_THAT(refusal([&] { limiter.lock_clock(mhz); }), HasSubstr("210 to 1980 MHz"));
  }
  EXPECT_EQ(fake_.gpu(0).locks, 0U);
  EXPECT_FALSE(journal());
}

TEST_F(ClockLock, WithoutTheRightLeavesNothingBehind) {
  fake_.gpu(0).lock_result = 4;
  {
    PowerLimiter limiter{uuid(), options_};
    EXPECT_THAT(refusal([&] { limiter.lock_clock(1200); }), HasSubstr("sudo"));
    EXPECT_FALSE(journal());
  }
  EXPECT_THAT(heal_limits(options_), IsEmpty());
}

TEST_F(ClockLock, AnOldDriverHasNone) {
  options_.library = FAKE_NVML_OLD;
  PowerLimiter limiter{uuid(), options_};
  EXPECT_THAT(refusal([&] { limiter.lock_clock(1200); }), HasSubstr("FUNCTION_NOT_FOUND"));
}

TEST_F(ClockLock, KeptItOutlivesItsHolderUntilUnlocked) {
  {
    PowerLimiter limiter{uuid(), options_};
    limiter.lock_clock(1200);
    limiter.keep();
  }
  EXPECT_EQ(locked_mhz(), 1200U);
  EXPECT_FALSE(journal());
  PowerLimiter{uuid(), options_}.unlock_clock();
  EXPECT_EQ(locked_mhz(), 0U);
}

class ClockLockDeath : public ClockLock, public ::testing::WithParamInterface<int> {};

TEST_P(ClockLockDeath, TheGuardGivesBackBoth) {
  const ::pid_t child = holder();
  ::kill(child, GetParam());
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(soon([&] { return locked_mhz() == 0 && !journal(); }));
  EXPECT_TRUE(soon([&] { return fake_.gpu(0).limit_mw == 700'000; }));
}

INSTANTIATE_TEST_SUITE_P(Signals, ClockLockDeath, ::testing::Values(SIGKILL, SIGINT, SIGTERM),
                         [](const auto& test) { return ::sigabbrev_np(test.param); });

TEST_F(ClockLock, WhatBothLeaveWhenKilledTheNextHeals) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // so that the guard becomes ours, to be killed by its id
  const ::pid_t child = holder();
  std::ifstream list{"/proc/self/task/" + std::to_string(::getpid()) + "/children"};
  std::vector<::pid_t> all;
  for (::pid_t one = 0; list >> one;) all.push_back(one);
  for (const ::pid_t one : all) {
    if (one != child) ::kill(one, SIGKILL);
  }
  ::kill(child, SIGKILL);
  for (const ::pid_t one : all) ::waitpid(one, nullptr, 0);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  EXPECT_EQ(locked_mhz(), 1200U);

  fake_.gpu(0).lock_result = 4;
  for (const auto& one : heal_limits(options_)) EXPECT_EQ(one.given_back, !one.clock) << one.words;
  EXPECT_TRUE(journal());

  fake_.gpu(0).lock_result = 0;
  const auto healed = heal_limits(options_);
  ASSERT_EQ(healed.size(), 1U);
  EXPECT_TRUE(healed[0].clock && healed[0].given_back);
  EXPECT_EQ(locked_mhz(), 0U);
  EXPECT_EQ(fake_.gpu(0).limit_mw, 700'000U);
  EXPECT_FALSE(journal());
}

TEST(ClockEntry, IsReadBackAsWrittenAndNothingElseIs) {
  const LimitEntry entry{"GPU-1", 0, 77, LimitKind::clock};
  EXPECT_EQ(LimitEntry::parse(entry.text()), entry);
  const std::string text = entry.text();
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    EXPECT_FALSE(LimitEntry::parse(text.substr(0, cut))) << cut;
  }
}

}  // namespace
}  // namespace erg
