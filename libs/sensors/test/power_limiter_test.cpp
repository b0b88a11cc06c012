// SPDX-License-Identifier: Apache-2.0
#include "erg/power_limiter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "limit_journal.h"
#include "limiter_case.h"

namespace erg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PowerLimiterTest : public testing::LimiterCase {
 protected:
  std::uint32_t limit_w(std::size_t card = 0) { return fake_.gpu(card).limit_mw / 1000; }
  bool journal() { return std::filesystem::exists(journal_file(resolved(options_), uuid())); }

  // A process that holds the card at 400 W until it dies.
  ::pid_t holder() {
    const ::pid_t child = ::fork();
    if (child == 0) {
      PowerLimiter limiter{uuid(), options_};
      limiter.set(Watts{400});
      for (;;) ::pause();
    }
    EXPECT_TRUE(soon([&] { return limit_w() == 400; }));
    return child;
  }
};

TEST_F(PowerLimiterTest, TellsTheLimitsOfEachCard) {
  const auto all = power_limits(options_);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].device, uuid());
  EXPECT_EQ(all[0].current, Watts{700});
  EXPECT_EQ(all[0].min, Watts{200});
  EXPECT_EQ(all[1].standard, Watts{300});
  EXPECT_EQ(all[1].draw, Watts{100});
  fake_.gpu(0).limit_result = 3;
  EXPECT_EQ(power_limits(options_).size(), 1U);
}

TEST_F(PowerLimiterTest, GivesBackWhatItFoundWhenItEnds) {
  fake_.gpu(0).limit_mw = 650'000;
  {
    PowerLimiter limiter{uuid(), options_};
    EXPECT_FALSE(journal());
    limiter.set(Watts{400});
    EXPECT_EQ(limit_w(), 400U);
    EXPECT_TRUE(journal());
    limiter.set(Watts{300});
    EXPECT_EQ(limit_w(), 300U);
    EXPECT_EQ(limiter.limits().current, Watts{300});
    EXPECT_EQ(limiter.found(), Watts{650});
  }
  EXPECT_EQ(limit_w(), 650U);
  EXPECT_FALSE(journal());
  EXPECT_EQ(fake_.state().live, 0);
}

TEST_F(PowerLimiterTest, GivesBackWhenAnErrorUnwinds) {
  try {
    PowerLimiter limiter{uuid(), options_};
    limiter.set(Watts{400});
    throw std::runtime_error{"the training failed"};
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(limit_w(), 700U);
}

TEST_F(PowerLimiterTest, KeepsWhatIsToOutliveIt) {
  {
    PowerLimiter limiter{"0", options_};
    limiter.set(Watts{400});
    limiter.keep();
  }
  EXPECT_EQ(limit_w(), 400U);
  EXPECT_FALSE(journal());
}

TEST_F(PowerLimiterTest, OneHolderACard) {
  PowerLimiter limiter{uuid(0), options_};
  EXPECT_THAT(refusal([&] { PowerLimiter{uuid(0), options_}; }), HasSubstr("another erg holds"));
  PowerLimiter other{uuid(1), options_};
  other.set(Watts{150});
  EXPECT_EQ(limit_w(1), 150U);
}

TEST_F(PowerLimiterTest, TheCardIsFreeAtOnceWhenAHolderEnds) {
  for (int i = 0; i < 20; ++i) PowerLimiter{uuid(), options_}.set(Watts{300.0 + i});
  EXPECT_EQ(limit_w(), 700U);
}

TEST_F(PowerLimiterTest, CardsByUuidByItsBeginningAndByIndex) {
  EXPECT_EQ(PowerLimiter("1", options_).limits().device, uuid(1));
  EXPECT_EQ(PowerLimiter(uuid(1).substr(0, 8), options_).limits().device, uuid(1));
  EXPECT_THAT(refusal([&] { PowerLimiter{"GPU-", options_}; }), HasSubstr("more than one"));
  EXPECT_THAT(refusal([&] { PowerLimiter{"7", options_}; }), HasSubstr("no card is '7'"));
  EXPECT_THAT(refusal([&] { PowerLimiter{"", options_}; }), HasSubstr("no card"));
}

TEST_F(PowerLimiterTest, RefusesOutsideTheRangeWithoutTouching) {
  PowerLimiter limiter{uuid(), options_};
  for (const double watts : {199.0, 701.0, -5.0, std::nan("")}) {
    EXPECT_THAT(refusal([&] { limiter.set(Watts{watts}); }), HasSubstr("200 to 700 W"));
  }
  EXPECT_EQ(fake_.gpu(0).sets, 0U);
  EXPECT_FALSE(journal());
}

TEST_F(PowerLimiterTest, WithoutTheRightItSaysHowToGetItAndLeavesNothingBehind) {
  fake_.gpu(0).set_result = 4;
  {
    PowerLimiter limiter{uuid(), options_};
    EXPECT_THAT(refusal([&] { limiter.set(Watts{400}); }),
                ::testing::AllOf(HasSubstr("NVML_ERROR_NO_PERMISSION"), HasSubstr("sudo")));
  }
  EXPECT_FALSE(journal());
  EXPECT_EQ(limit_w(), 700U);
}

TEST_F(PowerLimiterTest, NoticesALimitThatDidNotTake) {
  fake_.gpu(0).silent_clamp_mw = 350'000;
  fake_.gpu(0).limit_mw = 320'000;
  PowerLimiter limiter{uuid(), options_};
  limiter.set(Watts{300});
  EXPECT_THAT(refusal([&] { limiter.set(Watts{400}); }),
              HasSubstr("asked for 400 W, the card took 350 W"));
  EXPECT_EQ(limit_w(), 320U);
}

TEST_F(PowerLimiterTest, SaysWhatWasAskedForAlsoWhereWhatItFoundDoesNotTakeEither) {
  fake_.gpu(0).silent_clamp_mw = 250'000;
  PowerLimiter limiter{uuid(), options_};
  const std::string words = refusal([&] { limiter.set(Watts{300}); });
  EXPECT_TRUE(words.starts_with("the limit did not take: asked for 300 W, the card took 250 W"))
      << words;
  EXPECT_THAT(words, HasSubstr("the limit before, 700 W, could not be given back: "));
  EXPECT_TRUE(journal()) << "who heals is to know what was found";
}

TEST_F(PowerLimiterTest, AJournalThatCannotBeWrittenTouchesNothing) {
  tree_.write("file", "");
  options_.state_directory = tree_.path("file");
  PowerLimiter limiter{uuid(), options_};
  EXPECT_THAT(refusal([&] { limiter.set(Watts{400}); }), HasSubstr("cannot write"));
  EXPECT_EQ(fake_.gpu(0).sets, 0U);
}

// The guard of a limiter that has ended may wake after the next limiter has written its journal.
TEST_F(PowerLimiterTest, AGuardLeavesTheNextHoldersLimitAlone) {
  for (int i = 0; i < 20; ++i) {
    std::optional<PowerLimiter> first{std::in_place, uuid(), options_};
    first->set(Watts{300});
    first.reset();
    PowerLimiter second{uuid(), options_};
    second.set(Watts{400});
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
    ASSERT_EQ(limit_w(), 400U);
    ASSERT_TRUE(journal());
  }
}

class PowerLimiterDeath : public PowerLimiterTest, public ::testing::WithParamInterface<int> {};

TEST_P(PowerLimiterDeath, TheGuardGivesBackAndLetsGo) {
  end(holder(), GetParam());
  EXPECT_TRUE(soon([&] { return limit_w() == 700; }));
  EXPECT_TRUE(soon([&] { return !journal(); }));
  EXPECT_TRUE(soon([&] {
    try {
      PowerLimiter{uuid(), options_};
      return true;
    } catch (const LimitRefused&) {
      return false;
    }
  }));
  EXPECT_THAT(heal_limits(options_), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Signals, PowerLimiterDeath,
                         ::testing::Values(SIGKILL, SIGINT, SIGTERM, SIGHUP, SIGALRM),
                         [](const auto& test) { return ::sigabbrev_np(test.param); });

TEST_F(PowerLimiterTest, WhileAHolderLivesHealingLeavesItAlone) {
  const ::pid_t child = holder();
  EXPECT_THAT(heal_limits(options_), IsEmpty());
  EXPECT_EQ(limit_w(), 400U);
  end(child, SIGKILL);
  EXPECT_TRUE(soon([&] { return limit_w() == 700; }));
}

// The children of this process, guards of dead holders among them.
std::vector<::pid_t> children() {
  std::vector<::pid_t> found;
  const auto self = std::to_string(::getpid());
  std::ifstream list{"/proc/self/task/" + self + "/children"};
  for (::pid_t child = 0; list >> child;) found.push_back(child);
  return found;
}

TEST_F(PowerLimiterTest, WhatBothLeaveWhenKilledTheNextHeals) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // so that the guard becomes ours, to be killed by its id
  const ::pid_t child = holder();
  const auto all = children();
  ASSERT_EQ(all.size(), 2U) << "the holder and its guard";
  const ::pid_t guard = all[0] == child ? all[1] : all[0];
  ::kill(guard, SIGKILL);
  ::kill(child, SIGKILL);
  ::waitpid(guard, nullptr, 0);
  ::waitpid(child, nullptr, 0);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  EXPECT_EQ(limit_w(), 400U);
  EXPECT_TRUE(journal());

  fake_.gpu(0).set_result = 4;
  const auto refused = heal_limits(options_);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_FALSE(refused[0].limit);
  EXPECT_THAT(refused[0].words, HasSubstr("sudo"));
  EXPECT_TRUE(journal());

  fake_.gpu(0).set_result = 0;
  const auto healed = heal_limits(options_);
  ASSERT_EQ(healed.size(), 1U);
  EXPECT_EQ(healed[0].limit, Watts{700});
  EXPECT_EQ(limit_w(), 700U);
  EXPECT_FALSE(journal());
  EXPECT_THAT(heal_limits(options_), IsEmpty());
}

TEST_F(PowerLimiterTest, TheNextLimiterHealsBeforeItLooks) {
  write_journal(resolved(options_), {uuid(), 600'000, 1});
  fake_.gpu(0).limit_mw = 250'000;
  PowerLimiter limiter{uuid(), options_};
  EXPECT_EQ(limiter.found(), Watts{600});
}

TEST_F(PowerLimiterTest, AJournalThatIsNoneIsNamedOnce) {
  tree_.write("journal/power-limits/GPU-x.limit",
              "erg power limit 1\ndevice GPU-x\nfound_mw lots\n");
  const auto told = heal_limits(options_);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0].words, HasSubstr("cannot be read"));
  EXPECT_THAT(heal_limits(options_), IsEmpty());
}

TEST(LimitEntry, IsReadBackAsWrittenAndNothingElseIs) {
  const LimitEntry entry{"GPU-1", 123'456, 18'446'744'073'709'551'615U};
  EXPECT_EQ(LimitEntry::parse(entry.text()), entry);
  const std::string text = entry.text();
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    EXPECT_FALSE(LimitEntry::parse(text.substr(0, cut))) << cut;
  }
  EXPECT_FALSE(LimitEntry::parse(text + "x"));
  EXPECT_FALSE(LimitEntry::parse(LimitEntry{"GPU-1", 0, 1}.text()));
}

}  // namespace
}  // namespace erg
