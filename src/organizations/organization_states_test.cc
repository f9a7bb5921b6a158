// Organizations on their way between two regions: what the home has is what the other decides with.
#include "organizations/organization_states.h"

#include <unistd.h>

#include "home/state_exporter.h"
#include "home/state_receiver.h"
#include "organizations/accounts.h"
#include "organizations/attachments.h"
#include "organizations/lifecycle.h"
#include "organizations/organization_rows.h"
#include "organizations/testing/organization_fixture.h"

namespace coffer::organizations::testing {
namespace {

using std::string_literals::operator""s;

class OrganizationStatesTest : public OrganizationTest {
 protected:
  struct Away {
    Away(Random& random, const Clock& clock, size_t operations = store::kMaxOperations)
        : log(clock, STDERR_FILENO, LogLevel::kError),
          home({*store, random, {*Region::parse("eu-west-1"), {kRegion}}, kRegion}),
          receiver({*store, home, kinds, log, operations}) {}

    Log log;
    std::unique_ptr<store::Store> store = store::make_memory_store();
    home::HomeRegion home;
    OrganizationStates states{*store};
    home::StateKinds kinds{&states};
    home::StateReceiver receiver;
    OrganizationCache cache{*store};
  };

  void bring(Away& away, const OrganizationId& organization, const home::PartLimits& limits = {}) {
    const home::StateId id = state_of_organization(organization);
    const home::Stamp base = must(home::current_stamp({*away.store, away.states}, id));
    home::StateExport made = must(home::export_state({*store_, states_, limits}, id, base));
    for (home::StatePart& part : made.parts) {
      part.home = must(home_.claim());
      const auto answer = away.receiver.apply(part);
      ASSERT_TRUE(answer.ok()) << answer.error().message;
      ASSERT_EQ(answer->verdict, home::StateVerdict::kApplied);
    }
    EXPECT_EQ(rows(*away.store), rows(*store_));
  }
  // Of one of several.
  void bring_quietly(Away& away, const OrganizationId& organization) {
    const home::StateId id = state_of_organization(organization);
    const home::Stamp base = must(home::current_stamp({*away.store, away.states}, id));
    home::StateExport made = must(home::export_state({*store_, states_}, id, base));
    for (home::StatePart& part : made.parts) {
      part.home = must(home_.claim());
      ASSERT_EQ(must(away.receiver.apply(part)).verdict, home::StateVerdict::kApplied);
    }
  }
  static std::string rows(store::Store& store) {
    std::string text;
    for (const std::string& family : {"og\0"s, "oa\0"s}) {
      for (const store::Row& row : *store.scan(store::ScanRange::prefix(family, 10'000)))
        text += row.key + "=" + row.value + "\n";
    }
    return text;
  }

  OrganizationStates states_{*store_};
};

TEST_F(OrganizationStatesTest, TheTreeAndItsPoliciesCountInTheOtherRegion) {
  enable(PolicyType::kServiceControl);
  const NodeId prod = unit(root(), "prod");
  const AccountId account = member("222222222222", prod);
  const PolicyId denial = policy(PolicyType::kServiceControl, "denial");
  must_do(attach_policy(changes_, id(), {denial, prod}));
  Away away(random_, clock_);
  bring(away, id());
  const PlacePointer there = must(away.cache.place_of(account));
  EXPECT_EQ(there->paths, place("222222222222")->paths);
  EXPECT_EQ(names(there->service_control), names(place("222222222222")->service_control));

  must_do(detach_policy(changes_, id(), {denial, prod}));
  bring(away, id());
  EXPECT_EQ(names(must(away.cache.place_of(account))->service_control), names(place("222222222222")->service_control));
}

TEST_F(OrganizationStatesTest, WhoLeavesOneAndJoinsAnotherIsInTheOtherOneWhateverComesFirst) {
  const Organization other =
      must(create_organization(changes_, {account("333333333333"), "other", "other@example.com"}));
  const AccountId moved = member("222222222222");
  Away first(random_, clock_);
  for (const OrganizationId& organization : {id(), other.id})
    bring_quietly(first, organization);
  must_do(remove_account(changes_, id(), moved));
  must(join(changes_, other.id, {.account = moved, .name = "moved", .email = "moved@example.com", .parent = {}}));
  bring_quietly(first, other.id);
  bring(first, id());
  EXPECT_EQ(must(first.cache.place_of(moved))->organization, other.id.text());
}

TEST_F(OrganizationStatesTest, AnOrganizationThatWasDeletedIsGoneEverywhere) {
  Away away(random_, clock_);
  bring(away, id());
  const OrganizationId deleted = id();
  must_do(delete_organization(changes_, deleted));
  bring(away, deleted);
  EXPECT_EQ(must(away.cache.snapshot(deleted)), nullptr);
  EXPECT_TRUE(must(away.cache.place_of(account("111111111111")))->organization.empty());
}

TEST_F(OrganizationStatesTest, ATreeOfManyPartsCountsAllAtOnce) {
  Away away(random_, clock_, 20);
  bring(away, id());
  const NodeId prod = unit(root(), "prod");
  for (int i = 0; i < 12; ++i)
    member("2222222222" + std::to_string(10 + i), prod);
  bring(away, id(), {.rows = 3});
  EXPECT_EQ(must(away.cache.snapshot(id()))->accounts().size(), 13u);
}

TEST_F(OrganizationStatesTest, OrganizationsAreChangedAtHomeOnly) {
  Away away(random_, clock_);
  bring(away, id());
  OrganizationStore there({*away.store, random_, clock_, away.cache, away.home});
  EXPECT_EQ(code(create_unit(there, id(), {root(), "prod", {}})), "ServiceUnavailable");
  EXPECT_EQ(code(create_organization(there, {account("333333333333"), "other", "o@example.com"})),
            "ServiceUnavailable");
}

TEST_F(OrganizationStatesTest, WhatIsNoRowOfAnOrganizationIsNotTaken) {
  const auto refusal = [this](const home::StateId& of, std::string name, std::string value) {
    return code(states_.arriving(of, {std::move(name), std::move(value), {}}));
  };
  const home::StateId own = state_of_organization(id());
  const std::string main = must(store_->get(organization_key(id())))->value;
  EXPECT_EQ(refusal(own, "", main), "ok");
  EXPECT_EQ(refusal({"organization", {}, "x"}, "", main), "Corrupt");
  EXPECT_EQ(refusal({"organization", account("111111111111"), id().text()}, "", main), "Corrupt");
  EXPECT_EQ(refusal(own, "x\0y"s, main), "Corrupt");
  EXPECT_EQ(refusal(own, "n\0r-ab12"s, "\xff"), "Corrupt");
}

}  // namespace
}  // namespace coffer::organizations::testing
