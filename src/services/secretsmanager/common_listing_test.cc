// Lists of more secrets than one call looks at. Cases as data would be long.
#include "services/secretsmanager/common_listing.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "services/secretsmanager/testing/world.h"

namespace coffer::secretsmanager::testing {
namespace {

const auth::Caller kRoot = root_of("123456789012");

// 10,001 of them, made once, because it takes a while. The tests only read.
class ManySecrets {
 public:
  static Answer list(const std::string& input) {
    static ManySecrets many;
    return many.world_.call(kHome, kRoot, "ListSecrets", input);
  }

 private:
  ManySecrets() {
    for (int i = 0; i <= 10'000; ++i) {
      secrets::Change change;
      change.secret.account = kRoot.account;
      change.secret.name = i == 10'000 ? "the/last" : "secret/" + std::to_string(i);
      must(world_.secrets(kHome).create(std::move(change)));
      world_.clock.advance(Duration(1));
    }
  }

  SeededRandom random_{7};
  World world_{random_};
};

// Whoever takes an empty page for the end misses what comes behind it.
TEST(ListOfManySecrets, APageWithFewMatchesMayBeEmptyAndStillHaveAToken) {
  const std::string filters = R"("Filters": [{"Key": "name", "Values": ["the/last"]}])";
  const auto first = boost::json::parse(ManySecrets::list("{" + filters + "}").output);
  EXPECT_TRUE(first.at("SecretList").as_array().empty());
  const std::string token(first.at("NextToken").as_string());
  const auto second =
      boost::json::parse(ManySecrets::list("{" + filters + R"(, "NextToken": ")" + token + "\"}").output);
  ASSERT_EQ(second.at("SecretList").as_array().size(), 1u);
  EXPECT_EQ(second.at("SecretList").at(0).at("Name"), "the/last");
  EXPECT_FALSE(second.as_object().contains("NextToken"));
}

TEST(ListOfManySecrets, IsInTheOrderOfCreationOnly) {
  EXPECT_EQ(ManySecrets::list(R"({"MaxResults": 1, "SortBy": "created-date", "SortOrder": "asc"})").status, 200);
  for (const char* order :
       {R"({"SortBy": "name"})", R"({"SortOrder": "desc"})", R"({"SortBy": "last-changed-date"})"}) {
    const Answer answer = ManySecrets::list(order);
    EXPECT_EQ(answer.error, "InvalidParameterException") << order;
    EXPECT_EQ(answer.message,
              "More than 10,000 secrets can only be listed in the order of their creation: leave out SortBy and "
              "SortOrder.");
  }
}

}  // namespace
}  // namespace coffer::secretsmanager::testing
