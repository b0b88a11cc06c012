// SPDX-License-Identifier: Apache-2.0
#include "erg/file_writer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>

#include "erg/testing/temp_tree.h"

namespace erg {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

class ReplaceFile : public ::testing::Test {
 protected:
  fs::path at(const char* name) const { return fs::path{tree_.root()} / name; }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator{tree_.root()}, fs::directory_iterator{}));
  }

  testing::TempTree tree_;
};

TEST_F(ReplaceFile, LeavesTheNewContentAndNothingElse) {
  replace_file(at("a"), "one");
  replace_file(at("a"), "two");
  EXPECT_EQ(content_of(at("a")), "two");
  EXPECT_EQ(files(), 1u);
}

TEST_F(ReplaceFile, FollowsALink) {
  replace_file(at("target"), "old");
  fs::create_symlink("target", at("link"));
  replace_file(at("link"), "new");
  EXPECT_TRUE(fs::is_symlink(at("link")));
  EXPECT_EQ(content_of(at("target")), "new");
}

TEST_F(ReplaceFile, MakesTheTargetOfALinkToNothing) {
  fs::create_symlink("later", at("link"));
  replace_file(at("link"), "new");
  EXPECT_TRUE(fs::is_symlink(at("link")));
  EXPECT_EQ(content_of(at("later")), "new");
}

TEST_F(ReplaceFile, RefusesLinksThatGoRound) {
  fs::create_symlink("b", at("a"));
  fs::create_symlink("a", at("b"));
  EXPECT_THROW(replace_file(at("a"), "new"), std::runtime_error);
}

TEST_F(ReplaceFile, WritesThroughAPipe) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  const int reader = ::open(at("pipe").c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  replace_file(at("pipe"), "through");
  std::array<char, 16> got{};
  EXPECT_EQ(::read(reader, got.data(), got.size()), 7);
  ::close(reader);
  EXPECT_TRUE(fs::is_fifo(at("pipe")));
  EXPECT_EQ(files(), 1u);
}

TEST_F(ReplaceFile, SaysWhatTheSystemSays) {
  for (const auto& [path, words] :
       {std::pair{at("no/such"), "No such file"}, std::pair{fs::path{"/dev/full"}, "No space left"},
        std::pair{fs::path{tree_.root()}, "Is a directory"}}) {
    try {
      replace_file(path, "x");
      ADD_FAILURE() << path;
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr(path.string() + ": " + words));
    }
  }
}

}  // namespace
}  // namespace erg
