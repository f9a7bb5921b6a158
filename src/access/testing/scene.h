// A request and the policies around it, as a test writes them: what is not set is not there. And an explanation as
// text, so that a test shows all that one of the two accounts sees.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "access/explanation.h"
#include "api/access.h"
#include "auth/caller.h"
#include "kms/key.h"
#include "policy/compiled_policy.h"
#include "policy/evaluator.h"

namespace coffer::access::testing {

inline const AccountId kOwner = *AccountId::parse("111111111111");
inline const AccountId kOther = *AccountId::parse("222222222222");
inline constexpr std::string_view kSecret = "arn:aws:secretsmanager:us-east-1:111111111111:secret:db-AbCdEf";
inline constexpr std::string_view kKey = "arn:aws:kms:us-east-1:111111111111:key/12345678-1234-1234-1234-123456789012";

// As a document: `statements` separated by commas. REQUIRES: it can be read.
policy::CompiledPolicy compiled(std::string_view statements, policy::DocumentKind kind,
                                policy::PolicySource source = {});

class Scene {
 public:
  // The session "app" of the role "reader" of the account, or its user "ann".
  void role_session_of(const AccountId& account);
  void user_of(const AccountId& account);
  // The same, by the policy's name.
  void identity(std::string_view name, std::string_view statements);
  void boundary(std::string_view name, std::string_view statements);
  void session(std::string_view statements);
  void service_control(std::vector<std::string_view> levels);
  // On the owner's secret; `statements` of its policy, empty: there is none.
  void reads_secret(std::string_view statements);
  // Of the key, through Secrets Manager for GetSecretValue of `secret`.
  void decrypts_with(kms::KeyPointer key, std::string_view secret = kSecret, std::string_view version = "v1");

  // REQUIRES: the request is denied.
  Explanation explain();
  bool is_allowed();

  auth::Caller caller;
  policy::RequestPrincipal principal;
  std::string_view action;
  std::string_view on_behalf_of;
  api::Resource resource;
  api::Via via = api::Via::kClient;
  api::ConditionKeys keys;

 private:
  const policy::CompiledPolicy* keep(policy::CompiledPolicy policy);
  policy::AccessRequest request();
  policy::PolicySet all() const;

  std::deque<policy::CompiledPolicy> policies_;
  std::vector<const policy::CompiledPolicy*> identity_, boundary_, session_;
  std::deque<std::vector<const policy::CompiledPolicy*>> level_policies_;
  std::vector<policy::PolicyList> service_control_;
};

// A key of the owner with that policy, or its default key.
kms::KeyPointer customer_key(std::string_view statements, kms::KeyState state = kms::KeyState::kEnabled);
kms::KeyPointer default_key();

// What `account` sees of it, a line for each fact.
std::string seen_by(const AccountId& account, const Explanation& explanation);

}  // namespace coffer::access::testing
