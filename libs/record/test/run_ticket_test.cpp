// SPDX-License-Identifier: Apache-2.0
#include "erg/run_ticket.h"

#include <gtest/gtest.h>

namespace erg {
namespace {

TEST(RunTicket, SurvivesTheEnvironment) {
  const RunTicket ticket{Uuid::random(), "sqlite:/tmp/a store@home.db"};
  EXPECT_EQ(RunTicket::parse(ticket.text()), ticket);
}

TEST(RunTicket, RefusesWhatItDidNotWrite) {
  for (const char* text : {"", "@", "x@sqlite:/tmp/a.db", "123e4567-e89b-42d3-a456-426614174000",
                           "123e4567-e89b-42d3-a456-426614174000@"}) {
    EXPECT_FALSE(RunTicket::parse(text)) << text;
  }
}

}  // namespace
}  // namespace erg
