#include "organizations/policy_texts.h"

#include <algorithm>

#include "base/encoding.h"
#include "organizations/quotas.h"

namespace coffer::organizations {
namespace {

// Of what there is beyond the elements that policy/document knows.
bool is_resource_control(const policy::Document& document) {
  return std::ranges::all_of(document.statements, [](const policy::Statement& statement) {
    return statement.effect == policy::Effect::kDeny &&
           std::ranges::all_of(statement.actions.items,
                               [](const policy::ActionPattern& action) { return action.text() != "*"; });
  });
}

std::string_view denial(PolicyType type) {
  if (type == PolicyType::kServiceControl) {
    return R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})";
  }
  return R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}})";
}

}  // namespace

policy::DocumentKind document_kind(PolicyType type) {
  return type == PolicyType::kServiceControl ? policy::DocumentKind::kIdentityPolicy
                                             : policy::DocumentKind::kResourceControlPolicy;
}

Result<void> check_policy(std::string_view content, PolicyType type) {
  if (utf8_length(content) > kPolicySize) {
    return Error{ErrorCode::kConstraintViolation, "You have exceeded the maximum policy size."};
  }
  const auto document = policy::parse_document(content, document_kind(type));
  const bool is_good = document.ok() && document->version == policy::LanguageVersion::k2012 &&
                       (type == PolicyType::kServiceControl || is_resource_control(*document));
  if (is_good) return {};
  return Error{ErrorCode::kMalformedPolicyDocument,
               "The provided policy document does not meet the requirements of the specified policy type."};
}

CompiledPointer compile_stored(const Organization& organization, const Policy& policy) {
  auto document = policy::parse_document(policy.content, document_kind(policy.type));
  if (!document.ok()) document = policy::parse_document(denial(policy.type), document_kind(policy.type));
  return std::make_shared<const policy::CompiledPolicy>(
      std::move(document).value(), policy::PolicySource{policy.name, arn_of(organization, policy)});
}

}  // namespace coffer::organizations
