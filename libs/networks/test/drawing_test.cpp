// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "erg/catalogue.h"
#include "erg/network_builder.h"
#include "erg/network_drawing.h"

namespace erg {
namespace {

using ::testing::HasSubstr;

TEST(Drawing, ShowsEveryLayerAndEveryEdge) {
  const Network net = make_network("googlenet_thesis");
  const std::string dot = to_dot(net);
  std::size_t edges = 0;
  for (std::size_t i = 0; i < net.size(); ++i) {
    EXPECT_THAT(dot, HasSubstr("\"" + net[i].name + "\\n"));
    edges += net[i].inputs.size();
  }
  std::size_t arrows = 0;
  for (auto at = dot.find(" -> "); at != std::string::npos; at = dot.find(" -> ", at + 1)) ++arrows;
  EXPECT_EQ(arrows, edges);
}

TEST(Drawing, QuotesNames) {
  NetworkBuilder net{"a \"net\"", {{2}}};
  net.add(Activation{}, "say \"hi\\\"\n");
  const std::string dot = to_dot(net.build());
  EXPECT_THAT(dot, HasSubstr("digraph \"a \\\"net\\\"\" {"));
  EXPECT_THAT(dot, HasSubstr("[label=\"say \\\"hi\\\\\\\" \\nReLU  2\""));
}

}  // namespace
}  // namespace erg
