#include "kms/key_policy.h"

#include <algorithm>
#include <utility>

#include "policy/fault.h"

namespace coffer::kms {
namespace {

// With $ACCOUNT and $REGION to be filled in.
constexpr std::string_view kDefaultPolicy = R"({
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::$ACCOUNT:root"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
})";

constexpr std::string_view kManagedPolicy = R"({
  "Version" : "2012-10-17",
  "Id" : "auto-secretsmanager-2",
  "Statement" : [ {
    "Sid" : "Allow access through AWS Secrets Manager for all principals in the account that are authorized to use AWS Secrets Manager",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "*"
    },
    "Action" : [ "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:CreateGrant", "kms:DescribeKey" ],
    "Resource" : "*",
    "Condition" : {
      "StringEquals" : {
        "kms:CallerAccount" : "$ACCOUNT",
        "kms:ViaService" : "secretsmanager.$REGION.amazonaws.com"
      }
    }
  }, {
    "Sid" : "Allow access through AWS Secrets Manager for all principals in the account that are authorized to use AWS Secrets Manager",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "*"
    },
    "Action" : "kms:GenerateDataKey*",
    "Resource" : "*",
    "Condition" : {
      "StringEquals" : {
        "kms:CallerAccount" : "$ACCOUNT"
      },
      "StringLike" : {
        "kms:ViaService" : "secretsmanager.$REGION.amazonaws.com"
      }
    }
  }, {
    "Sid" : "Allow direct access to key metadata to the account",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::$ACCOUNT:root"
    },
    "Action" : [ "kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant" ],
    "Resource" : "*"
  } ]
})";

std::string filled_in(std::string_view pattern, std::string_view name, std::string_view value) {
  std::string text;
  for (size_t at = pattern.find(name); at != pattern.npos; at = pattern.find(name)) {
    text.append(pattern.substr(0, at)).append(value);
    pattern.remove_prefix(at + name.size());
  }
  return text.append(pattern);
}

Error malformed(std::string_view text) {
  return Error{ErrorCode::kMalformedPolicyDocument, std::string(text)};
}

Error invalid_principals() {
  return malformed("Policy contains a statement with one or more invalid principals.");
}

Error refusal(const policy::Fault& fault) {
  switch (fault.kind) {
    case policy::FaultKind::kUnsupportedPrincipal:
    case policy::FaultKind::kServicePrincipal:
      return invalid_principals();
    case policy::FaultKind::kJson:
      return malformed("This policy contains invalid Json");
    case policy::FaultKind::kMissingElement:
      if (fault.path.ends_with(".Principal")) return malformed("Policy contains a statement with no principal.");
      return malformed("Syntax errors in policy.");
    default:
      return malformed("Syntax errors in policy.");
  }
}

// "every value that there is" is true when there is none: such a condition lets in whoever leaves the key out.
bool is_overly_permissive(const policy::Condition& condition) {
  if (condition.op.quantifier != policy::Quantifier::kForAllValues) return false;
  std::string key = condition.key;
  std::ranges::transform(key, key.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return key.starts_with("kms:encryptioncontext:") || key.starts_with("aws:requesttag/");
}

Result<policy::Document> read_key_policy(std::string_view text) {
  auto read = policy::read_document(text, policy::DocumentKind::kKeyPolicy);
  if (const auto* const fault = std::get_if<policy::Fault>(&read)) return refusal(*fault);
  policy::Document document = std::get<policy::Document>(std::move(read));
  for (const policy::Statement& statement : document.statements) {
    if (std::ranges::any_of(statement.conditions, is_overly_permissive)) {
      return malformed(
          "OverlyPermissiveCondition: ForAllValues cannot be used with kms:EncryptionContext or aws:RequestTag.");
    }
  }
  return document;
}

}  // namespace

std::string default_key_policy(const AccountId& account) {
  return filled_in(kDefaultPolicy, "$ACCOUNT", account.text());
}

std::string managed_key_policy(const AccountId& account, const Region& region) {
  return filled_in(filled_in(kManagedPolicy, "$ACCOUNT", account.text()), "$REGION", region.text());
}

std::string policy_text(const KeyInfo& info, const KeyPolicy& policy, const Region& region) {
  if (!policy.text.empty()) return policy.text;
  return info.is_default ? managed_key_policy(info.name.account, region) : default_key_policy(info.name.account);
}

Result<std::shared_ptr<const policy::CompiledPolicy>> compile_key_policy(const KeyInfo& info, const KeyPolicy& policy,
                                                                         const Region& region) {
  auto document = read_key_policy(policy_text(info, policy, region));
  if (!document.ok()) return Error{ErrorCode::kCorrupt, "the policy of a KMS key is damaged"};
  return std::make_shared<const policy::CompiledPolicy>(policy::with_unique_ids(*std::move(document), policy.bindings),
                                                        policy::PolicySource{std::string(kKeyPolicyName), {}});
}

Result<KeyPolicy> accept_key_policy(std::string_view text, const Directories& directories) {
  if (text.size() > kMaxKeyPolicySize) {
    return Error{ErrorCode::kLimitExceeded, "The key policy is longer than 32768 bytes."};
  }
  COFFER_ASSIGN(const policy::Document document, read_key_policy(text));
  const Result<void> exist = policy::check_principals(document, directories.principals);
  if (!exist.ok()) {
    return exist.error().code == ErrorCode::kMalformedPolicyDocument ? invalid_principals() : exist.error();
  }
  COFFER_ASSIGN(policy::Binding binding, policy::bind_principals(document, directories.identities));
  if (binding.missing) return invalid_principals();
  return KeyPolicy{std::string(text), std::move(binding.bindings)};
}

}  // namespace coffer::kms
