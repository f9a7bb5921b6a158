#include "policy/action_index.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace coffer::policy {
namespace {

std::vector<size_t> numbers(const StatementSet& set) {
  std::vector<size_t> found;
  set.for_each([&found](size_t number) {
    found.push_back(number);
    return true;
  });
  return found;
}

Statement statement_for(std::initializer_list<std::string_view> patterns, Selects selects = Selects::kListed) {
  Statement statement;
  statement.actions.selects = selects;
  for (const std::string_view pattern : patterns)
    statement.actions.items.push_back(*ActionPattern::parse(pattern));
  return statement;
}

TEST(StatementSet, HoldsAsManyStatementsAsADocument) {
  StatementSet set;
  for (const size_t number : {kMaxStatements - 1, size_t{64}, size_t{0}, size_t{63}, size_t{64}})
    set.add(number);
  EXPECT_EQ(numbers(set), (std::vector<size_t>{0, 63, 64, kMaxStatements - 1}));
  size_t calls = 0;
  set.for_each([&calls](size_t) { return ++calls < 2; });
  EXPECT_EQ(calls, 2u);
}

// The index may only be faster, never answer otherwise.
TEST(ActionIndex, FindsWhatThePatternsMatch) {
  constexpr std::string_view kPatterns[] = {"*",
                                            "s3:*",
                                            "s3:Get*",
                                            "S3:GETOBJECT",
                                            "s3:?etObject",
                                            "s3:*Object",
                                            "s3:Put*",
                                            "s3:GetObjectVersion",
                                            "s3:GetObjectV*",
                                            "s3:GetObjectW*",
                                            "s3s:*",
                                            "s:*",
                                            "kms:De*ypt",
                                            "kms:Decrypt",
                                            "s3:Get?"};
  constexpr std::string_view kActions[] = {"s3:GetObject",
                                           "S3:getobject",
                                           "s3:GetObjectVersion",
                                           "s3:PutObject",
                                           "s3s:GetObject",
                                           "kms:Decrypt",
                                           "kms:DeleteAlias",
                                           "s3:Get",
                                           "s3:",
                                           "s3",
                                           ""};
  std::vector<Statement> statements;
  for (const std::string_view one : kPatterns) {
    statements.push_back(statement_for({one}));
    statements.push_back(statement_for({one}, Selects::kAllButListed));
    for (const std::string_view other : kPatterns) {
      statements.push_back(statement_for({one, other}));
      statements.push_back(statement_for({one, other}, Selects::kAllButListed));
    }
  }
  ASSERT_LE(statements.size(), kMaxStatements);
  const ActionIndex index(statements);
  for (const std::string_view action : kActions) {
    std::vector<size_t> expected;
    for (size_t number = 0; number < statements.size(); ++number) {
      const auto& actions = statements[number].actions;
      const bool is_listed =
          std::ranges::any_of(actions.items, [&](const ActionPattern& one) { return one.matches(action); });
      if (is_listed == (actions.selects == Selects::kListed)) expected.push_back(number);
    }
    EXPECT_EQ(numbers(index.find(ActionName(action))), expected) << action;
  }
}

}  // namespace
}  // namespace coffer::policy
