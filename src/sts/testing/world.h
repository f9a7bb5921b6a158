// A region with identities: accounts, users, roles, long-term and temporary credentials, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "iam/access_keys.h"
#include "iam/account_store.h"
#include "iam/identities.h"
#include "iam/identity_store.h"
#include "iam/long_term_credentials.h"
#include "iam/policies.h"
#include "iam/principals.h"
#include "iam/roles.h"
#include "iam/users.h"
#include "sts/role_session.h"
#include "sts/session_credentials.h"
#include "sts/session_issuer.h"
#include "sts/testing/region.h"

namespace coffer::sts::testing {

template <class T>
T must(Result<T> result) {
  if (!result.ok()) {
    ADD_FAILURE() << error_name(result.error().code) << ": " << result.error().message;
    std::abort();
  }
  return std::move(result).value();
}
inline void must(const Result<void>& result) {
  if (result.ok()) return;
  ADD_FAILURE() << error_name(result.error().code) << ": " << result.error().message;
  std::abort();
}

// "ok", or "Name: message".
template <class T>
std::string outcome(const Result<T>& result) {
  if (result.ok()) return "ok";
  return std::string(query_code(result.error().code)) + ": " + result.error().message;
}

inline constexpr std::string_view kTrustsEverybody =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",)"
    R"("Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}]})";

inline constexpr std::string_view kReadsSecrets =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"secretsmanager:Get*","Resource":"*"}})";

// Two accounts: kAccount has user alice and role reader, kOther has nobody.
struct World {
  explicit World(Random& random, std::string name = "us-east-1") : random(random), region(random, std::move(name)) {
    must(accounts.create("central", kAccount));
    must(accounts.create("workload", kOther));
    must(region.keys.step(kNow));
    alice = must(iam::create_user(store, kAccount, {.name = "alice", .path = "/team/"}));
    reader = make_role({.name = "reader", .path = "/app/"});
  }

  iam::Role make_role(iam::NewRole wanted, const AccountId& account = kAccount) {
    if (wanted.trust_policy.empty()) wanted.trust_policy = kTrustsEverybody;
    return must(iam::create_role(store, account, wanted));
  }
  void delete_role(std::string_view name) {
    must(iam::delete_role(store, {.account = kAccount, .kind = iam::EntityKind::kRole, .name = name}));
  }
  std::shared_ptr<const FoundRole> find(std::string_view role_arn) { return must(find_role(role_arn, cache)); }

  auth::Caller root() {
    return {kAccount, auth::PrincipalKind::kRoot, "arn:aws:iam::123456789012:root", {}, kAccount.text()};
  }
  auth::Caller user() {
    return {kAccount, auth::PrincipalKind::kUser, "arn:aws:iam::123456789012:user/team/alice", {}, alice.unique_id};
  }

  // Whoever signs with them.
  Result<std::shared_ptr<const auth::Credential>> find(const IssuedSession& session, Time now = kNow) {
    return credentials.find({.access_key_id = session.access_key.text(), .session_token = session.token, .now = now});
  }
  auth::Caller caller(const IssuedSession& session) { return must(find(session))->caller(); }

  IssuedSession assume(std::string_view role_arn, const RoleRequest& request, const auth::Caller& by) {
    RoleSession session = must(make_role_session(*find(role_arn), request, by));
    return must(issuer.issue(std::move(session.contents), kNow, session.duration));
  }

  static constexpr std::string_view kReader = "arn:aws:iam::123456789012:role/app/reader";

  Random& random;
  ManualClock clock{kNow};
  TestRegion region;
  iam::IdentityCache cache{*region.store};
  iam::Identities identities{*region.store, cache};
  iam::AccountStore accounts{{*region.store, region.region_key, random, clock, region.home}};
  iam::Principals principals{accounts, cache, identities};
  iam::IdentityStore store{
      {*region.store, region.region_key, random, clock, cache, identities, principals, region.home}};
  iam::LongTermCredentials long_term{*region.store, region.region_key, cache};
  SessionCredentials credentials{{long_term, region.keys, cache}};
  SessionIssuer issuer{region.keys, random};
  iam::User alice;
  iam::Role reader;
};

}  // namespace coffer::sts::testing
