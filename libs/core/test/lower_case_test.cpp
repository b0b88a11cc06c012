// SPDX-License-Identifier: Apache-2.0
#include "erg/lower_case.h"

#include <gtest/gtest.h>

namespace erg {
namespace {

TEST(LowerCase, ChangesLettersAndNothingElse) {
  EXPECT_EQ(lower_case("NVIDIA H100-80GB"), "nvidia h100-80gb");
  EXPECT_EQ(lower_case("\xc3\x84[@Z`{"), "\xc3\x84[@z`{");
  EXPECT_EQ(lower_case(""), "");
}

}  // namespace
}  // namespace erg
