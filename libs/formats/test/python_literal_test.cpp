// SPDX-License-Identifier: Apache-2.0
#include "erg/python_literal.h"

#include <gmock/gmock.h>

#include <cmath>

#include "text_error.h"

namespace erg {
namespace {

using Kind = PythonLiteral::Kind;
using ::testing::HasSubstr;

// The value written anew in one fixed way.
std::string shown(std::span<const PythonLiteral::Node> nodes, std::size_t& at) {
  const auto& node = nodes[at++];
  switch (node.kind) {
    case Kind::none:
      return "None";
    case Kind::boolean:
      return node.number != 0 ? "True" : "False";
    case Kind::integer:
      return std::string{node.text};
    case Kind::number:
      return std::to_string(node.number);
    case Kind::string:
      return "<" + std::string{node.text} + ">";
    default:
      break;
  }
  std::string text = node.kind == Kind::dict ? "{" : node.kind == Kind::list ? "[" : "(";
  for (std::uint32_t i = 0; i < node.size; ++i) {
    text += shown(nodes, at);
    if (node.kind == Kind::dict) text += ":" + shown(nodes, at);
    text += ";";
  }
  EXPECT_EQ(node.next, at);
  return text + (node.kind == Kind::dict ? "}" : node.kind == Kind::list ? "]" : ")");
}

std::string read(std::string_view text) {
  PythonLiteral literal;
  literal.parse(text);
  std::size_t at = 0;
  return shown(literal.nodes(), at);
}

TEST(PythonLiteral, ReadsWhatReprWrites) {
  EXPECT_EQ(read("{'Conv2d_0': (1.5, 2.5), 'ReLU_1': [3, 4.25, -0.5]}"),
            "{<Conv2d_0>:(1.500000;2.500000;);<ReLU_1>:[3;4.250000;-0.500000;];}");
  EXPECT_EQ(read("{'a': {'b': {}}, \"c\": [(), []]}"), "{<a>:{<b>:{};};<c>:[();[];];}");
  EXPECT_EQ(read(" [ None , True,False , ] "), "[None;True;False;]");
  EXPECT_EQ(read("(5)"), "5");
  EXPECT_EQ(read("(5,)"), "(5;)");
  EXPECT_EQ(read("(((1), (2,)))"), "(1;(2;);)");
  EXPECT_EQ(read("[np.float64(6.5), numpy.int64(-3)]"), "[6.500000;-3;]");
  EXPECT_EQ(read(R"('it\'s \\ \n')"), "<it's \\ \n>");
  EXPECT_EQ(read("1e-05"), "0.000010");
}

TEST(PythonLiteral, ReadsNumbersToTheLastDigit) {
  PythonLiteral literal;
  literal.parse("[1734699996.2018855, 1e308, -0.0, nan, inf, -inf]");
  const auto nodes = literal.nodes();
  EXPECT_EQ(nodes[1].number, 1734699996.2018855);
  EXPECT_EQ(nodes[2].number, 1e308);
  EXPECT_TRUE(std::signbit(nodes[3].number));
  EXPECT_TRUE(std::isnan(nodes[4].number));
  EXPECT_EQ(nodes[5].number, INFINITY);
  EXPECT_EQ(nodes[6].number, -INFINITY);
}

TEST(PythonLiteral, RefusesTheRestByNameAndPlace) {
  EXPECT_THAT(refusal([] { read("{'a': array([1])}"); }),
              AllOf(HasSubstr("character 7"), HasSubstr("'array'")));
  EXPECT_THAT(refusal([] { read("__import__('os')"); }), HasSubstr("'__import__'"));
  for (const char* text :
       {"",         "{",      "{'a'",      "{'a':",  "{'a':1", "{'a' 1}",     "[1 2]",
        "[,]",      "(1,,2)", "'abc",      "'abc\\", "1 2",    "-",           "+",
        ".",        "1.5.2",  "{1:2 3:4}", "]",      "1]",     "np.float64(", "np.float64()",
        "nonsense", "'\\x'",  "@"}) {
    EXPECT_THAT(refusal([&] { read(text); }), HasSubstr("Python literal, character")) << text;
  }
}

TEST(PythonLiteral, IsNotDrivenIntoTheGround) {
  EXPECT_THAT(refusal([] { read(std::string(1'000'000, '[')); }), HasSubstr("nested too deep"));
}

}  // namespace
}  // namespace erg
