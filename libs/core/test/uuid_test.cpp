// SPDX-License-Identifier: Apache-2.0
#include "erg/uuid.h"

#include <gtest/gtest.h>

#include <set>

namespace erg {
namespace {

TEST(Uuid, SurvivesItsText) {
  for (int i = 0; i < 100; ++i) {
    const auto id = Uuid::random();
    EXPECT_EQ(Uuid::parse(id.text()), id);
    EXPECT_EQ(id.text()[14], '4') << "version 4";
    EXPECT_NE(std::string_view{"89ab"}.find(id.text()[19]), std::string_view::npos) << "variant";
  }
}

TEST(Uuid, ReadsCapitals) {
  EXPECT_EQ(Uuid::parse("ABCDEF01-2345-4789-ABCD-EF0123456789")->text(),
            "abcdef01-2345-4789-abcd-ef0123456789");
}

TEST(Uuid, RefusesOtherShapes) {
  for (const char* word :
       {"", "abc", "abcdef0123454789abcdef0123456789", "abcdef01-2345-4789-abcd-ef012345678",
        "g0000000-0000-4000-8000-000000000000", "abcdef01-2345-4789-abcd-ef01234567890",
        "abcdef01_2345-4789-abcd-ef0123456789"}) {
    EXPECT_FALSE(Uuid::parse(word)) << word;
  }
}

TEST(Uuid, TheSameTextNamesTheSameThing) {
  EXPECT_EQ(Uuid::from_text("3080/alexnet"), Uuid::from_text("3080/alexnet"));
  std::set<Uuid> ids;
  for (int i = 0; i < 10000; ++i) ids.insert(Uuid::from_text("run " + std::to_string(i)));
  EXPECT_EQ(ids.size(), 10000u);
}

}  // namespace
}  // namespace erg
