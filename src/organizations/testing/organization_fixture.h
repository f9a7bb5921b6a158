// An organization in memory for tests: the store, the cache and the changes around it, and one organization of one
// account, whose calls a test may rely on.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_text.h"
#include "organizations/accounts.h"
#include "organizations/attachments.h"
#include "organizations/lifecycle.h"
#include "organizations/policies.h"
#include "organizations/units.h"
#include "store/memory_store.h"

namespace coffer::organizations::testing {

inline const Region kRegion = *Region::parse("us-east-1");
inline constexpr std::string_view kDenyEverything =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})";
inline constexpr std::string_view kDenyToEverybody =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"kms:*","Resource":"*"}})";

class OrganizationTest : public ::testing::Test {
 protected:
  static AccountId account(std::string_view id) { return *AccountId::parse(id); }

  // The value, or the end of the test program with the error.
  template <class T>
  static T must(Result<T> result) {
    if (!result.ok()) ADD_FAILURE() << error_name(result.error().code) << ": " << result.error().message;
    return std::move(result).value();
  }
  // "AccountNotFoundException: You specified..."; "ok".
  template <class T>
  static std::string outcome(const Result<T>& result) {
    if (result.ok()) return "ok";
    return std::string(error_name(result.error().code)) + ": " + result.error().message;
  }
  template <class T>
  static std::string_view code(const Result<T>& result) {
    return result.ok() ? "ok" : error_name(result.error().code);
  }

  const OrganizationId& id() const { return organization_.id; }
  const NodeId& root() const { return organization_.root; }
  SnapshotPointer snapshot() const { return must(cache_.snapshot(id())); }
  PlacePointer place(std::string_view of) const { return must(cache_.place_of(account(of))); }

  NodeId unit(const NodeId& parent, std::string_view name) {
    return must(create_unit(changes_, id(), {parent, std::string(name), {}})).id;
  }
  AccountId member(std::string_view of, const NodeId& parent = {}) {
    must(join(changes_, id(),
              {.account = account(of),
               .name = "account " + std::string(of),
               .email = std::string(of) + "@example.com",
               .parent = parent}));
    return account(of);
  }
  PolicyId policy(PolicyType type, std::string_view name) {
    const std::string_view content = type == PolicyType::kServiceControl ? kDenyEverything : kDenyToEverybody;
    return must(create_policy(changes_, id(), {type, std::string(name), "", std::string(content), {}})).id;
  }
  void enable(PolicyType type) { must_do(enable_policy_type(changes_, id(), {root(), type})); }
  static void must_do(const Result<void>& result) { EXPECT_EQ(outcome(result), "ok"); }

  // The names of the policies of each level, root first.
  static std::vector<std::vector<std::string>> names(const std::vector<PolicyPointers>& levels) {
    std::vector<std::vector<std::string>> names;
    for (const PolicyPointers& level : levels) {
      names.emplace_back();
      for (const policy::CompiledPolicy* one : level)
        names.back().push_back(one->source().name);
    }
    return names;
  }

  SeededRandom random_{11};
  ManualClock clock_{*parse_iso_basic("20261124T103000Z")};
  std::unique_ptr<store::Store> store_ = store::make_memory_store();
  OrganizationCache cache_{*store_};
  home::HomeRegion home_{{*store_, random_, {kRegion}, kRegion}};
  OrganizationStore changes_{{*store_, random_, clock_, cache_, home_}};
  Organization organization_ =
      must(create_organization(changes_, {account("111111111111"), "management", "root@example.com"}));
};

using Levels = std::vector<std::vector<std::string>>;

}  // namespace coffer::organizations::testing
