// SPDX-License-Identifier: Apache-2.0
#include "erg/html_report.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "html.h"
#include "plot.h"
#include "power_series.h"
#include "sample_run.h"

namespace erg {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The names of elements whose ends do not match, in a document that closes what it opens.
std::vector<std::string> unbalanced(const std::string& html) {
  std::vector<std::string> open;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const auto end = html.find('>', at);
    if (end == std::string::npos || html[at + 1] == '!') continue;
    const bool closing = html[at + 1] == '/';
    const auto from = at + (closing ? 2 : 1);
    const auto name = html.substr(from, html.find_first_of(" />", from) - from);
    if (name == "meta" || html[end - 1] == '/') continue;
    if (!closing) {
      open.push_back(name);
    } else if (!open.empty() && open.back() == name) {
      open.pop_back();
    } else {
      return {"</" + name};
    }
  }
  return open;
}

TEST(HtmlReport, ShowsWhatTheRunTook) {
  const std::string html = html_report(std::vector{testing::sample_run()});
  EXPECT_THAT(html, HasSubstr("21.91 ± 0.55 kJ"));
  EXPECT_THAT(html, HasSubstr("aria-label='power over time'"));
  EXPECT_THAT(html, HasSubstr("aria-label='energy by phase'"));
  EXPECT_THAT(html, HasSubstr("aria-label='accuracy by epoch'"));
  EXPECT_THAT(html, HasSubstr("class='chip measured'"));
  EXPECT_THAT(html, HasSubstr("another process uses GPU-1"));
  EXPECT_TRUE(unbalanced(html).empty());
}

TEST(HtmlReport, ShowsWhatIsAboveIdleBesideTheTotal) {
  const std::string unknown = html_report(std::vector{testing::idle_run(std::nullopt)});
  EXPECT_THAT(unknown, HasSubstr("above idle: not known"));
  EXPECT_THAT(unknown, HasSubstr("erg sensors check"));
  const std::string known = html_report(std::vector{testing::idle_run(Watts{70})});
  EXPECT_THAT(known, HasSubstr("Energy above idle"));
  EXPECT_THAT(known, HasSubstr("15.61"));  // 21.91 kJ less 90 s of 70 W
  EXPECT_THAT(known, HasSubstr("21.91 ± 0.55 kJ"));
  EXPECT_THAT(known, HasSubstr("profile of a test"));
  EXPECT_TRUE(unbalanced(known).empty());
}

TEST(HtmlReport, NeedsNothingFromOutside) {
  const std::string html = html_report(std::vector{testing::sample_run()});
  for (const char* word : {"http:", "https:", "src=", "<script", "<link", "url("}) {
    EXPECT_THAT(html, Not(HasSubstr(word)));
  }
}

TEST(HtmlReport, TrustsNoText) {
  erg::Run run = testing::sample_run("<script>alert(1)</script>&'\"");
  run.header.environment.command = {"<b>"};
  run.header.environment.tags = {{"<i>", "\xff\x01"}};
  run.parts[0].header.devices[0].name = "<img>";
  run.parts[0].notes = {"</section>"};
  run.breakdowns[1].rows[0].name = "<u>'>";
  run.breakdowns[1].rows[0].method = "</td>";
  const std::string html = html_report(std::vector{run});
  for (const char* word : {"<script>alert", "<b>", "<i>", "<img>", "<u>", "\xff", "\x01"}) {
    if (std::string_view{word} == "<b>") continue;  // a tile's own
    EXPECT_THAT(html, Not(HasSubstr(word)));
  }
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#39;&quot;"));
  EXPECT_THAT(html, HasSubstr("<dd>&lt;b&gt;</dd>"));
  EXPECT_TRUE(unbalanced(html).empty());
}

TEST(HtmlReport, OfRunsSideBySide) {
  const std::vector<erg::Run> runs{testing::sample_run("base"), testing::sample_run("capped")};
  const std::string html = html_report(runs);
  EXPECT_THAT(html, HasSubstr("Side by side"));
  EXPECT_THAT(html, HasSubstr("#run-" + runs[1].header.id.text()));
  EXPECT_TRUE(unbalanced(html).empty());
}

TEST(HtmlReport, OfARunThatHoldsNothing) {
  erg::Run run;
  run.header.name = "empty";
  run.parts.emplace_back();
  const std::string html = html_report(std::vector{run});
  EXPECT_THAT(html, HasSubstr("nothing measured power"));
  EXPECT_THAT(html, Not(HasSubstr("<svg")));
  EXPECT_THAT(html, Not(HasSubstr("nan")));
  EXPECT_TRUE(unbalanced(html).empty());
}

TEST(HtmlReport, IsTheSameForTheSameRun) {
  EXPECT_EQ(html_report(std::vector{testing::sample_run()}),
            html_report(std::vector{testing::sample_run()}));
}

TEST(Escaped, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(html::escaped("a<b>\n\"'&é€😀"), "a&lt;b&gt;\n&quot;&#39;&amp;é€😀");
  EXPECT_EQ(html::escaped("\xC3"), "\xEF\xBF\xBD");
  EXPECT_EQ(html::escaped("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(html::escaped("\xC0\xAF\x7f"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(html::escaped(std::string(1, '\0')), "\xEF\xBF\xBD");
}

TEST(NiceTicks, AreRoundAndReachBeyondTheEnds) {
  EXPECT_THAT(nice_ticks(0, 300, 5), ::testing::ElementsAre(0, 100, 200, 300));
  EXPECT_THAT(nice_ticks(0, 7, 5), ::testing::ElementsAre(0, 2, 4, 6, 8));
  EXPECT_GE(nice_ticks(0, 0, 5).size(), 2U);
  for (const double high : {0.013, 1.0, 17.0, 333.0, 9999.0}) {
    const auto ticks = nice_ticks(0, high, 5);
    EXPECT_GE(ticks.back(), high * (1 - 1e-9));
    EXPECT_LE(ticks.size(), 8U);
  }
}

TEST(PowerSeries, KeepsTheEnergy) {
  const erg::Run run = testing::sample_run();
  const auto all = power_series(run.parts[0], 480);
  ASSERT_EQ(all.size(), 1U);
  Joules sum{0};
  for (const auto& power : all[0].power) {
    ASSERT_TRUE(power);
    sum += *power * Seconds{all[0].bin};
  }
  const Interval binned{all[0].covered.begin,
                        all[0].covered.begin + all[0].bin * all[0].power.size()};
  EXPECT_NEAR(sum.value(), run.parts[0].timelines[0].energy(binned)->value(), 1e-6);
  EXPECT_GE(all[0].bin, std::chrono::milliseconds{20});
}

TEST(PhaseShares, TileTheTime) {
  const erg::Run run = testing::sample_run();
  const auto shares = phase_shares(run.parts[0], *run.parts[0].timelines[0].covered(), 100);
  ASSERT_EQ(shares.size(), 100U);
  for (const auto& bin : shares) {
    double sum = 0;
    for (const double share : bin) sum += share;
    EXPECT_NEAR(sum, 1, 1e-6);
  }
  EXPECT_TRUE(phase_shares(Part{}, {{}, run.parts[0].timelines[0].times().back()}, 10).empty());
}

}  // namespace
}  // namespace erg
