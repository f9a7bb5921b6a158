#include "iam/policy_texts.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/encoding.h"
#include "iam/entities.h"
#include "iam/quotas.h"
#include "iam/refusals.h"
#include "policy/pattern.h"
#include "wire/json.h"

namespace coffer::iam {
namespace {

using policy::DocumentKind;
using policy::Fault;
using policy::FaultKind;
using policy::PrincipalName;

constexpr std::string_view kSyntax = "Syntax errors in policy.";
constexpr wire::JsonLimits kLimits = {.max_depth = 8, .max_values = 20'000};

Error malformed(std::string message) {
  return Error{ErrorCode::kMalformedPolicyDocument, std::move(message)};
}

// The text at the path of a fault, "Statement[0].Action[1]"; empty when it is no text.
std::string text_at(std::string_view json, std::string_view path) {
  wire::Document tree;
  if (!wire::parse_json(json, kLimits, tree).ok()) return {};
  wire::Value value = tree.root();
  while (!path.empty()) {
    if (path.front() == '[') {
      size_t index = 0;
      const auto end = std::from_chars(path.data() + 1, path.data() + path.size(), index).ptr;
      path.remove_prefix(static_cast<size_t>(end - path.data()) + 1);
      if (value.kind() != wire::Kind::kList || index >= value.as_list().size()) return {};
      value = value.as_list()[index];
      continue;
    }
    if (path.front() == '.') path.remove_prefix(1);
    const std::string_view member = path.substr(0, path.find_first_of(".["));
    path.remove_prefix(member.size());
    const wire::Value* const found = value.find(member);
    if (found == nullptr) return {};
    value = *found;
  }
  return value.kind() == wire::Kind::kString ? std::string(value.as_string()) : std::string();
}

// The last member of a path: "Action" of "Statement[0].Action[1]".
std::string_view element_of(std::string_view path) {
  std::string_view last = path.substr(path.rfind('.') + 1);
  return last.substr(0, last.find('['));
}

std::string action_fault(const std::string& action) {
  const auto colons = std::ranges::count(action, ':');
  if (colons == 0) return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  if (colons > 1) return "Actions/Condition can contain only one colon.";
  const std::string vendor = action.substr(0, action.find(':'));
  const auto is_of_vendor = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (vendor.empty() || !std::ranges::all_of(vendor, is_of_vendor)) return "Vendor " + vendor + " is not valid";
  return std::string(kSyntax);
}

std::string resource_fault(const std::string& resource) {
  if (!resource.starts_with("arn:")) return "Resource " + resource + " must be in ARN format or \"*\".";
  const std::string partition = resource.substr(4, resource.find(':', 4) - 4);
  if (partition != "aws" && partition != "*") {
    return "Partition \"" + partition + "\" is not valid for resource \"" + resource + "\".";
  }
  return "Resource vendor must be fully qualified and cannot contain regexes.";
}

// Of resources of IAM: what stands in front of their names.
constexpr std::string_view kPaths[] = {"user/",
                                       "federated-user/",
                                       "role/",
                                       "group/",
                                       "instance-profile/",
                                       "mfa/",
                                       "server-certificate/",
                                       "policy/",
                                       "sms-mfa/",
                                       "saml-provider/",
                                       "oidc-provider/",
                                       "report/",
                                       "access-report/"};
constexpr std::string_view kBadPath =
    "IAM resource path must either be \"*\", root, or start with user/, federated-user/, role/, group/, "
    "instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, "
    "access-report/.";

bool may_be_path_of_iam(std::string_view resource) {
  if (resource == "*" || resource == "root") return true;
  // What a wildcard or a variable stands for is not known.
  const std::string_view literal = resource.substr(0, resource.find_first_of("*?$"));
  return !literal.empty() && std::ranges::any_of(kPaths, [literal](std::string_view path) {
    return literal.starts_with(path) || path.starts_with(literal);
  });
}

// IAM knows what ARNs of its own and of buckets have.
std::optional<std::string> named_resource_fault(const std::string& resource) {
  const auto fields = policy::split_arn(resource);
  if (!fields) return std::nullopt;
  const auto& [arn, partition, service, region, account, name] = *fields;
  if (service == "iam" && !region.empty()) return "IAM resource " + resource + " cannot contain region information.";
  if (service == "iam" && !may_be_path_of_iam(name)) return std::string(kBadPath);
  // Access points are in an account, and have a region.
  if (service == "s3" && !region.empty() && account.empty()) {
    return "Resource " + resource + " can not contain region information.";
  }
  return std::nullopt;
}

// `member` as IAM writes it: "AWS", "SERVICE", "FEDERATED".
std::string invalid_principal(std::string_view member, std::string_view name) {
  std::string text = "Invalid principal in policy: \"";
  for (const char c : member)
    text.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  text.append("\":\"").append(name).append("\"");
  return text;
}

std::string text_of(const Fault& fault, std::string_view json, DocumentKind kind) {
  const std::string_view element = element_of(fault.path);
  switch (fault.kind) {
    case FaultKind::kJson:
      return kind == DocumentKind::kTrustPolicy ? "This policy contains invalid Json" : std::string(kSyntax);
    case FaultKind::kForbiddenElement:
      if (kind == DocumentKind::kTrustPolicy) return "Has prohibited field " + std::string(element);
      if (element.ends_with("Principal")) return "Policy document should not specify a principal.";
      return std::string(kSyntax);
    case FaultKind::kMissingElement:
    case FaultKind::kEmptyList:
      if (element.ends_with("Action")) return "Policy statement must contain actions.";
      if (element.ends_with("Resource")) return "Policy statement must contain resources.";
      if (element == "Principal") return "Missing required field Principal";
      return std::string(kSyntax);
    case FaultKind::kSid:
      return "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
             "[0-9A-Za-z]*";
    case FaultKind::kDuplicateSid:
      return "Statement IDs (SID) in a single policy must be unique.";
    case FaultKind::kAction:
      return action_fault(text_at(json, fault.path));
    case FaultKind::kResource:
      return resource_fault(text_at(json, fault.path));
    case FaultKind::kConditionKey:
      return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
    case FaultKind::kUnsupportedPrincipal:
    case FaultKind::kServicePrincipal:
      return invalid_principal(element, text_at(json, fault.path));
    case FaultKind::kUnknownElement:
    case FaultKind::kConflictingElements:
    case FaultKind::kWrongType:
    case FaultKind::kTooManyStatements:
    case FaultKind::kVersion:
    case FaultKind::kEffect:
    case FaultKind::kConditionOperator:
    case FaultKind::kConditionValue:
      return std::string(kSyntax);
  }
  std::abort();
}

Result<policy::Document> read(std::string_view text, DocumentKind kind) {
  auto document = policy::read_document(text, kind);
  if (const Fault* const fault = std::get_if<Fault>(&document)) return malformed(text_of(*fault, text, kind));
  return std::get<policy::Document>(std::move(document));
}

bool is_asked_about(PrincipalName::Kind kind) {
  return kind == PrincipalName::Kind::kAccount || kind == PrincipalName::Kind::kRoleSession ||
         kind == PrincipalName::Kind::kFederatedUser;
}

}  // namespace

size_t counted_size(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  return utf8_length(text) - static_cast<size_t>(std::ranges::count_if(text, is_space));
}

Result<policy::Document> read_identity_policy(std::string_view text) {
  COFFER_ASSIGN(policy::Document document, read(text, DocumentKind::kIdentityPolicy));
  if (document.version != policy::LanguageVersion::k2012) {
    return malformed("Policy document must be version 2012-10-17 or greater.");
  }
  for (const policy::Statement& statement : document.statements) {
    if (!statement.resources) continue;
    for (const policy::ArnPattern& resource : statement.resources->items) {
      if (auto fault = named_resource_fault(resource.text())) return malformed(*std::move(fault));
    }
  }
  return document;
}

Result<std::vector<policy::PrincipalBinding>> read_trust_policy(std::string_view text, const Directories& directories) {
  if (counted_size(text) > kTrustPolicySize) return quota_exceeded("ACLSizePerRole", kTrustPolicySize);
  COFFER_ASSIGN(const policy::Document document, read(text, DocumentKind::kTrustPolicy));
  for (const policy::Statement& statement : document.statements) {
    for (const policy::ActionPattern& action : statement.actions.items) {
      if (small(action.text().substr(0, 4)) != "sts:") {
        return malformed("AssumeRole policy may only specify STS AssumeRole actions.");
      }
    }
    if (!statement.principals) continue;
    for (const PrincipalName& name : statement.principals->items) {
      if (!is_asked_about(name.kind)) continue;
      COFFER_ASSIGN(const bool exists, directories.principals.exists(name));
      if (!exists) return malformed(invalid_principal("AWS", name.text));
    }
  }
  COFFER_ASSIGN(policy::Binding binding, policy::bind_principals(document, directories.identities));
  if (binding.missing) return malformed(invalid_principal("AWS", binding.missing->text));
  return std::move(binding.bindings);
}

}  // namespace coffer::iam
