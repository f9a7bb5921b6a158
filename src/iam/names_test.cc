#include "iam/names.h"

#include <gtest/gtest.h>

namespace coffer::iam {
namespace {

TEST(Names, TextsOfPoliciesEndAtLatin1) {
  EXPECT_TRUE(is_policy_text("{\t\r\n \x7f}"));
  EXPECT_TRUE(is_policy_text("\xc3\xbc"));   // ü
  EXPECT_TRUE(is_policy_text("\xc2\x80"));   // U+0080
  EXPECT_FALSE(is_policy_text("\xc4\x80"));  // U+0100
  EXPECT_FALSE(is_policy_text("\xe2\x82\xac"));
  EXPECT_FALSE(is_policy_text("\xc3"));
  EXPECT_FALSE(is_policy_text(std::string_view("\0", 1)));
}

TEST(Names, PathsArePrintableBetweenSlashes) {
  for (const char* good : {"/", "/a/", "/a//b/", "/!~/"})
    EXPECT_TRUE(is_path(good)) << good;
  for (const char* bad : {"", "a", "//", "/a", "/a b/", "/\x7f/", "/\xc3\xbc/"})
    EXPECT_FALSE(is_path(bad)) << bad;
}

TEST(Names, PathsOfPoliciesAreWordsBetweenSlashes) {
  for (const char* good : {"/", "/a/", "/a.b/c=d/"})
    EXPECT_TRUE(is_policy_path(good)) << good;
  for (const char* bad : {"", "a", "//", "/a", "/a//b/", "/a!/"})
    EXPECT_FALSE(is_policy_path(bad)) << bad;
}

TEST(Names, PathPrefixesNeedNoSlashAtTheirEnd) {
  EXPECT_TRUE(is_path_prefix("/"));
  EXPECT_TRUE(is_path_prefix("/teams/re"));
  EXPECT_FALSE(is_path_prefix("teams/"));
  EXPECT_FALSE(is_path_prefix("/a b"));
}

}  // namespace
}  // namespace coffer::iam
