// Key policies as requests bring them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/kms/common.h"

namespace coffer::kms_service {

// kms:BypassPolicyLockoutSafetyCheck, for decisions on requests that have that member.
void add_bypass_key(const std::optional<bool>& bypass, api::ConditionKeys& keys);

struct ProposedPolicy {
  std::string_view text;
  const kms::KeyInfo& key;  // as it is, or as it is about to be
  const Region& region;     // of the key
  std::optional<bool> bypass;
  std::vector<std::string> aliases = {};  // that the key has
};
// Fails as kms::accept_key_policy(), and with kMalformedPolicyDocument (AWS's text) when the caller could not put
// another policy in its place, unless that is bypassed.
Result<kms::KeyPolicy> accept_policy(const api::Authority& authority, const ProposedPolicy& proposed,
                                     const Rooms& rooms);

}  // namespace coffer::kms_service
