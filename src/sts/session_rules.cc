#include "sts/session_rules.h"

#include <algorithm>

#include "base/encoding.h"
#include "iam/policy_texts.h"
#include "policy/text.h"

namespace coffer::sts {
namespace {

constexpr size_t kMaxPolicyArns = 10;
constexpr size_t kMaxPolicyCharacters = 2048;

Error invalid(std::string_view message) {
  return Error{ErrorCode::kInvalidParameter, std::string(message)};
}

auto has_key(std::string_view key) {
  return [key](const SessionTag& tag) { return policy::is_same_text(tag.key, key); };
}

}  // namespace

Result<std::vector<SessionTag>> read_tags(const std::vector<std::pair<std::string, std::string>>& tags,
                                          const std::vector<std::string>& transitive_keys) {
  std::vector<SessionTag> read;
  for (const auto& [key, value] : tags) {
    if (std::ranges::any_of(read, has_key(key))) {
      return invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    read.push_back({key, value, false});
  }
  for (const std::string& key : transitive_keys) {
    const auto tag = std::ranges::find_if(read, has_key(key));
    if (tag == read.end()) return invalid("The specified transitive tag key must be included in the requested tags.");
    tag->is_transitive = true;
  }
  return read;
}

Inheritance inheritance_of(const auth::Caller& caller) {
  Inheritance inheritance;
  if (caller.session == nullptr) return inheritance;
  inheritance.source_identity = caller.session->source_identity;
  for (const std::string& key : caller.session->transitive_tag_keys) {
    for (const auto& [name, value] : caller.session->tags) {
      if (name == key) inheritance.tags.push_back({name, value, true});
    }
  }
  return inheritance;
}

Result<void> check_not_inherited(const std::vector<SessionTag>& tags, const Inheritance& inheritance) {
  for (const SessionTag& tag : tags) {
    if (std::ranges::any_of(inheritance.tags, has_key(tag.key))) {
      return invalid(
          "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from "
          "the calling session.");
    }
  }
  return {};
}

Result<void> check_policies(const SessionPolicies& policies, const iam::IdentitySnapshot& account) {
  size_t characters = utf8_length(policies.policy);
  for (const std::string& arn : policies.arns)
    characters += utf8_length(arn);
  if (characters > kMaxPolicyCharacters) return packed_policy_too_large(percent_of(characters, kMaxPolicyCharacters));
  if (!policies.policy.empty()) COFFER_TRY(iam::read_identity_policy(policies.policy));
  if (policies.arns.size() > kMaxPolicyArns) {
    return Error{ErrorCode::kValidation, "A session can have at most 10 managed policies."};
  }
  for (const std::string& arn : policies.arns) {
    if (account.managed_policy(arn) != nullptr) continue;
    return Error{ErrorCode::kValidation, "Policy " + arn + " does not exist or is not attachable."};
  }
  return {};
}

int64_t percent_of(size_t part, size_t whole) {
  return static_cast<int64_t>((part * 100 + whole - 1) / whole);
}

Error packed_policy_too_large(int64_t percent) {
  return Error{ErrorCode::kPackedPolicyTooLarge,
               "Packed policy consumes " + std::to_string(percent) + "% of allotted space, please use smaller policy."};
}

Result<void> refuse_session(const auth::Caller& caller, std::string_view operation) {
  if (caller.session == nullptr) return {};
  return Error{ErrorCode::kAccessDenied, "Cannot call " + std::string(operation) + " with session credentials"};
}

Result<void> refuse_user_session(const auth::Caller& caller, std::string_view action, std::string_view resource) {
  if (caller.session == nullptr || caller.kind == auth::PrincipalKind::kRoleSession) return {};
  std::string text = "User: " + caller.arn + " is not authorized to perform: " + std::string(action);
  if (resource != "*") text.append(" on resource: ").append(resource);
  return Error{ErrorCode::kAccessDenied, std::move(text)};
}

}  // namespace coffer::sts
