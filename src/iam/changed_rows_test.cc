#include "iam/changed_rows.h"

#include <gtest/gtest.h>

namespace coffer::iam {
namespace {

store::Change change(const std::string& key, store::Revision revision) {
  return {.revision = revision, .key = key};
}

// "a1 b2", or "unknown".
std::string taken(ChangedRows& rows) {
  const auto changes = rows.take();
  if (!changes) return "unknown";
  std::string text;
  for (const store::Change& one : *changes)
    text.append(text.empty() ? "" : " ").append(one.key).append(std::to_string(one.revision));
  return text;
}

TEST(ChangedRows, TellTheNewestChangeOfEachRowOnce) {
  ChangedRows rows;
  rows.add(std::vector{change("a", 1)});
  EXPECT_EQ(taken(rows), "unknown") << "what was before";
  EXPECT_EQ(taken(rows), "");
  rows.add(std::vector{change("b", 2), change("a", 2)});
  rows.add(std::vector{change("b", 3)});
  EXPECT_EQ(taken(rows), "a2 b3");
  EXPECT_EQ(taken(rows), "");
}

TEST(ChangedRows, AreUnknownWhenTheyWereTooManyOrLost) {
  ChangedRows rows;
  static_cast<void>(rows.take());
  std::vector<store::Change> many;
  for (size_t i = 0; i < ChangedRows::kMax; ++i)
    many.push_back(change(std::to_string(i), 1));
  rows.add(many);
  rows.add(many);
  EXPECT_NE(taken(rows), "unknown") << "the same rows";
  rows.add(many);
  rows.add(std::vector{change("one more", 2)});
  rows.add(std::vector{change("a", 3)});
  EXPECT_EQ(taken(rows), "unknown");
  rows.add(std::vector{change("a", 4)});
  EXPECT_EQ(taken(rows), "a4");
  rows.add(std::vector{change("a", 5)});
  rows.lose();
  rows.add(std::vector{change("a", 6)});
  EXPECT_EQ(taken(rows), "unknown");
}

}  // namespace
}  // namespace coffer::iam
