// SPDX-License-Identifier: Apache-2.0
#include "erg/shape.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace erg {
namespace {

TEST(Shape, IsWrittenAndReadAlike) {
  for (const Shape& shape : {Shape{3, 224, 224}, Shape{1}, Shape{197, 768}}) {
    EXPECT_EQ(shape_from(to_string(shape)), shape);
  }
  EXPECT_EQ(to_string(Shape{3, 224, 224}), "3x224x224");
  EXPECT_EQ(to_string(Shape{}), "scalar");
}

TEST(Shape, IsNotReadFromAnythingElse) {
  for (const char* text : {"", "x", "3x", "x3", "3x0x4", "3x-1", "3 x 4", "3X4", "3x4y",
                           "99999999999999999999", "3.5"}) {
    EXPECT_EQ(shape_from(text), std::nullopt) << text;
  }
}

TEST(Shape, CountsItsElements) {
  EXPECT_EQ((Shape{3, 4, 5}).elements(), 60);
  EXPECT_EQ(Shape{}.elements(), 1);
  EXPECT_EQ((Shape{5, 0, std::int64_t{1} << 62}).elements(), 0);
  EXPECT_EQ((Shape{std::int64_t{1} << 31, std::int64_t{1} << 31}).elements(),
            std::int64_t{1} << 62);
  EXPECT_THROW((Shape{std::int64_t{1} << 31, std::int64_t{1} << 31, 2}).elements(),
               std::overflow_error);
  EXPECT_THROW((Shape{3, -1}).elements(), std::invalid_argument);
}

}  // namespace
}  // namespace erg
