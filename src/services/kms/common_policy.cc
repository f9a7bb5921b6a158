#include "services/kms/common_policy.h"

#include "access/key_resource.h"
#include "access/policy_trial.h"

namespace coffer::kms_service {
namespace {

namespace action {
struct PutKeyPolicy {
  static constexpr std::string_view kAction = "kms:PutKeyPolicy";
};
}  // namespace action

}  // namespace

void add_bypass_key(const std::optional<bool>& bypass, api::ConditionKeys& keys) {
  keys.add_flag("kms:BypassPolicyLockoutSafetyCheck", bypass.value_or(false));
}

Result<kms::KeyPolicy> accept_policy(const api::Authority& authority, const ProposedPolicy& proposed,
                                     const Rooms& rooms) {
  COFFER_ASSIGN(kms::KeyPolicy policy, kms::accept_key_policy(proposed.text, rooms.directories));
  if (proposed.bypass.value_or(false)) return policy;
  COFFER_ASSIGN(auto compiled, kms::compile_key_policy(proposed.key, policy, proposed.region));
  const auto key = std::make_shared<const kms::KeyView>(kms::KeyView{proposed.key, compiled, proposed.aliases});
  COFFER_ASSIGN(const bool may_again, access::may_replace_again<action::PutKeyPolicy>(
                                          authority, access::key_resource(proposed.region, key), std::move(compiled),
                                          [&](api::ConditionKeys& keys) {
                                            add_caller_keys(authority.caller(), keys);
                                            keys.add("aws:RequestedRegion", proposed.region.text());
                                            add_bypass_key(proposed.bypass, keys);
                                          }));
  if (may_again) return policy;
  return Error{ErrorCode::kMalformedPolicyDocument,
               "The new key policy will not allow you to update the key policy in the future."};
}

}  // namespace coffer::kms_service
