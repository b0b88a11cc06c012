// SPDX-License-Identifier: Apache-2.0
#include "erg/json.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "erg/json_writer.h"
#include "text_error.h"

namespace erg {
namespace {

using ::testing::HasSubstr;

TEST(Json, ReadsAndFinds) {
  const Json json = Json::parse(R"({"b": [1, 2.5, "x\u00e9", null, true], "a": {"n": -3}})", "t");
  ASSERT_TRUE(json.object());
  EXPECT_EQ(json.object()->front().first, "b");
  const auto& list = *json.find("b")->array();
  EXPECT_EQ(list[0].integer(), 1);
  EXPECT_EQ(list[0].number(), 1.0);
  EXPECT_EQ(list[1].number(), 2.5);
  EXPECT_EQ(list[1].integer(), std::nullopt);
  EXPECT_EQ(*list[2].text(), "x\xc3\xa9");
  EXPECT_TRUE(list[3].is_null());
  EXPECT_EQ(list[4].boolean(), true);
  EXPECT_EQ(json.find("a")->find("n")->integer(), -3);
  EXPECT_EQ(json.find("c"), nullptr);
  EXPECT_EQ(list[0].find("c"), nullptr);
}

TEST(Json, RefusesWithThePlace) {
  EXPECT_THAT(refusal([] { Json::parse("{\"a\": }", "model.json"); }),
              HasSubstr("model.json, byte 7"));
  EXPECT_THAT(refusal([] { Json::parse("[1] 2", "m"); }), HasSubstr("byte 5"));
  EXPECT_THAT(refusal([] { Json::parse("", "m"); }), HasSubstr("byte 1"));
  EXPECT_THAT(refusal([] { Json::parse(R"({"a":1,"a":2})", "m"); }),
              HasSubstr("\"a\" stands twice"));
  EXPECT_THAT(refusal([] { Json::parse(std::string(100'000, '['), "m"); }), HasSubstr("too deep"));
  EXPECT_THAT(refusal([] { Json::parse("1e999", "m"); }), HasSubstr("m, byte"));
}

TEST(JsonWriter, WritesWhatReadersExpect) {
  JsonWriter writer;
  writer.begin_object().member("name", "a\"b").member("energy_j", 0.1).member("count", 3);
  writer.member("ok", true).member("none", std::optional<double>{}).member("bad", NAN);
  writer.key("rows").begin_array().value(1).value("x").end_array();
  writer.key("empty").begin_object().end_object().end_object();
  EXPECT_EQ(writer.text(),
            R"({"name":"a\"b","energy_j":0.1,"count":3,"ok":true,"none":null,"bad":null,)"
            R"("rows":[1,"x"],"empty":{}})");
  JsonWriter indented{2};
  indented.begin_object().member("a", 1).key("b").begin_array().value(2).end_array().end_object();
  EXPECT_EQ(indented.text(), "{\n  \"a\": 1,\n  \"b\": [\n    2\n  ]\n}");
}

TEST(JsonWriter, KeepsDoublesAndSurvivesBadText) {
  std::mt19937_64 random{6};
  std::uniform_real_distribution<double> numbers{-1e9, 1e9};
  for (int i = 0; i < 10'000; ++i) {
    const double number = numbers(random);
    JsonWriter writer;
    writer.value(number);
    ASSERT_EQ(Json::parse(writer.text(), "t").number(), number);
  }
  JsonWriter writer;
  writer.value(std::string_view{"\xff\xfe\0x", 4});
  EXPECT_TRUE(Json::parse(writer.text(), "t").text());
}

}  // namespace
}  // namespace erg
