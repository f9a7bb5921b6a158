#include "policy/principal_name.h"

#include <algorithm>

#include "policy/pattern.h"
#include "policy/text.h"

namespace coffer::policy {
namespace {

using Kind = PrincipalName::Kind;

constexpr std::string_view kNameCharacters = "_+=,.@-";
constexpr size_t kMaxArn = 2048;

bool is_name(std::string_view text, size_t min, size_t max) {
  return text.size() >= min && text.size() <= max && consists_of(text, kNameCharacters);
}

// "name", or "path/name": a path may hold any printable character but wildcards.
bool is_path_and_name(std::string_view text) {
  const size_t slash = text.rfind('/');
  const std::string_view path = slash == std::string_view::npos ? "" : text.substr(0, slash);
  const std::string_view name = slash == std::string_view::npos ? text : text.substr(slash + 1);
  if (path.size() > 510 || has_wildcard(path) || !is_name(name, 1, 64)) return false;
  return std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::optional<std::string_view> without_prefix(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

std::optional<Kind> kind_of_iam(std::string_view resource) {
  if (resource == "root") return Kind::kAccount;
  if (const auto user = without_prefix(resource, "user/"); user && is_path_and_name(*user)) return Kind::kUser;
  if (const auto role = without_prefix(resource, "role/"); role && is_path_and_name(*role)) return Kind::kRole;
  return std::nullopt;
}

std::optional<Kind> kind_of_sts(std::string_view resource) {
  if (const auto user = without_prefix(resource, "federated-user/"); user && is_name(*user, 2, 32)) {
    return Kind::kFederatedUser;
  }
  const auto session = without_prefix(resource, "assumed-role/");
  const size_t slash = session ? session->find('/') : std::string_view::npos;
  if (slash == std::string_view::npos) return std::nullopt;
  if (!is_name(session->substr(0, slash), 1, 64) || !is_name(session->substr(slash + 1), 2, 64)) return std::nullopt;
  return Kind::kRoleSession;
}

struct AccountArn {
  std::string_view service;
  AccountId account;
  std::string_view resource;
};

// An ARN of something global that belongs to an account.
std::optional<AccountArn> parse_account_arn(std::string_view text) {
  const auto fields = text.size() <= kMaxArn ? split_arn(text) : std::nullopt;
  if (!fields) return std::nullopt;
  const auto& [arn, partition, service, region, account, resource] = *fields;
  const auto account_id = AccountId::parse(account);
  if (!is_partition(partition) || !region.empty() || !account_id) return std::nullopt;
  return AccountArn{service, *account_id, resource};
}

bool is_unique_id(std::string_view text) {
  if (!text.starts_with("AIDA") && !text.starts_with("AROA")) return false;
  return text.size() >= 16 && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); });
}

std::optional<PrincipalName> parse_aws(std::string_view text) {
  if (text == "*") return PrincipalName{Kind::kEveryone, std::string(text), {}};
  if (const auto account = AccountId::parse(text)) return PrincipalName{Kind::kAccount, std::string(text), *account};
  if (is_unique_id(text)) return PrincipalName{Kind::kUniqueId, std::string(text), {}};
  const auto arn = parse_account_arn(text);
  if (!arn) return std::nullopt;
  std::optional<Kind> kind;
  if (arn->service == "iam") kind = kind_of_iam(arn->resource);
  if (arn->service == "sts") kind = kind_of_sts(arn->resource);
  if (!kind) return std::nullopt;
  return PrincipalName{*kind, std::string(text), arn->account};
}

// Labels of small letters, digits and hyphens, two at least, each with something in it.
bool is_host(std::string_view text) {
  if (text.size() > 253 || text.find('.') == std::string_view::npos) return false;
  if (text.front() == '.' || text.back() == '.' || text.find("..") != std::string_view::npos) return false;
  return text == to_small(text) && consists_of(text, "-.");
}

std::optional<PrincipalName> parse_service(std::string_view text) {
  std::string_view rest = text;
  if (rest.ends_with(".cn")) rest.remove_suffix(3);
  if (!rest.ends_with(".amazonaws.com") || !is_host(rest)) return std::nullopt;
  return PrincipalName{Kind::kService, std::string(text), {}};
}

std::optional<PrincipalName> parse_federated(std::string_view text) {
  if (is_host(text)) return PrincipalName{Kind::kFederatedProvider, std::string(text), {}};
  const auto arn = parse_account_arn(text);
  if (!arn || arn->service != "iam" || has_wildcard(arn->resource)) return std::nullopt;
  const auto provider = arn->resource.starts_with("oidc-provider/") ? without_prefix(arn->resource, "oidc-provider/")
                                                                    : without_prefix(arn->resource, "saml-provider/");
  if (!provider || provider->empty()) return std::nullopt;
  return PrincipalName{Kind::kFederatedProvider, std::string(text), arn->account};
}

}  // namespace

std::optional<PrincipalName> parse_principal_name(PrincipalMember member, std::string_view text) {
  switch (member) {
    case PrincipalMember::kAws:
      return parse_aws(text);
    case PrincipalMember::kService:
      return parse_service(text);
    case PrincipalMember::kFederated:
      return parse_federated(text);
  }
  std::abort();
}

}  // namespace coffer::policy
