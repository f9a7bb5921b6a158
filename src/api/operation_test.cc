// What the pipeline asks the authorizer, seen from the authorizer's side.
#include "api/operation.h"

#include <gtest/gtest.h>

#include "api/testing/front_door_fixture.h"
#include "wire/json.h"

namespace coffer::api::testing {
namespace {

// Allows everything, and keeps "ACTION of RESOURCE for ACTION".
class Questions final : public Authorizer {
 public:
  Result<void> authorize(const AccessQuestion& question, ConditionKeys&) const override {
    std::string text(question.action);
    text.append(" of ").append(question.resource.name).append(" for ").append(question.on_behalf_of);
    asked.push_back(std::move(text));
    return {};
  }
  mutable std::vector<std::string> asked;
};

// An explanation of a denial must be able to tell what the caller had asked for.
TEST(Pipeline, AFurtherActionSaysForWhichOneItIsAsked) {
  Rooms rooms;
  const Questions authorizer;
  const auth::Caller caller{.account = *AccountId::parse("123456789012"),
                            .kind = auth::PrincipalKind::kRoot,
                            .arn = "arn:aws:iam::123456789012:root"};
  wire::Document input;
  ASSERT_TRUE(wire::parse_json(R"({"Names": ["a"]})", {}, input).ok());
  SecretBuffer output;
  wire::JsonEncoder encoder(output);
  const Invocation invocation{.caller = caller, .now = Time(), .request_id = "1", .authorizer = authorizer};
  ASSERT_TRUE(operation<ReadThings>().run(invocation, &rooms, input.root(), encoder).ok());
  EXPECT_EQ(authorizer.asked, (std::vector<std::string>{"things:ReadThings of * for ",
                                                        "things:ReadThing of arn:things:a for things:ReadThings"}));
}

}  // namespace
}  // namespace coffer::api::testing
