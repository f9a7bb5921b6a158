// The decision once more, for tests: written from AWS's formulas to be obvious, not fast, and sharing nothing with the
// evaluator but the parsed documents. ASCII only; addresses of IPv4 only.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "policy/document.h"

namespace coffer::policy::testing {

struct NaiveKey {
  std::string name;
  bool is_list = false;
  std::vector<std::string> values;
};

enum class NaiveKind { kRoot, kUser, kRoleSession, kFederatedUser, kAnonymous, kService, kProvider };
enum class NaiveRule { kOrdinary, kKeyPolicy, kTrustPolicy };

struct NaiveRequest {
  NaiveKind kind = NaiveKind::kUser;
  std::string arn;
  std::string account;
  std::string user_id;
  std::string role_arn;
  std::string parent_arn;
  std::string parent_id;
  std::string action;
  std::string resource;
  std::string resource_account;
  std::vector<NaiveKey> keys;

  std::vector<const Document*> identity;
  std::vector<const Document*> boundary;
  std::vector<const Document*> session;
  const Document* resource_policy = nullptr;
  NaiveRule rule = NaiveRule::kOrdinary;
  bool grant_allows = false;
  bool grant_is_for_account = false;  // and not for the caller; with grant_allows
  std::vector<std::vector<const Document*>> scps;
  std::vector<std::vector<const Document*>> rcps;
};

struct NaiveAnswer {
  std::string decision;  // "Allowed", "ExplicitlyDenied", "ImplicitlyDenied"
  using Statements = std::set<std::pair<const Document*, size_t>>;
  Statements allowing;  // all that apply, of all parties
  Statements denying;
};

NaiveAnswer evaluate_naively(const NaiveRequest& request);

}  // namespace coffer::policy::testing
