#include "policy/lockout.h"

#include <algorithm>

#include "policy/text.h"

namespace coffer::policy {
namespace {

constexpr std::string_view kAction = "secretsmanager:PutResourcePolicy";

// "arn:aws:sts::123456789012:assumed-role/name/session" is a session of "arn:aws:iam::123456789012:role/path/name".
bool is_session_of(std::string_view arn, const PrincipalName& role) {
  const auto session = parse_principal_name(PrincipalMember::kAws, arn);
  if (!session || session->kind != PrincipalName::Kind::kRoleSession || session->account != role.account) return false;
  const std::string_view name = std::string_view(role.text).substr(role.text.rfind('/') + 1);
  return arn.find(":assumed-role/" + std::string(name) + "/") != std::string_view::npos;
}

bool names(const PrincipalName& name, const Principal& caller) {
  switch (name.kind) {
    case PrincipalName::Kind::kEveryone:
      return true;
    case PrincipalName::Kind::kAccount:
      return name.account == caller.account;
    case PrincipalName::Kind::kUser:
    case PrincipalName::Kind::kRoleSession:
    case PrincipalName::Kind::kFederatedUser:
      return name.text == caller.arn;
    case PrincipalName::Kind::kRole:
      return is_session_of(caller.arn, name);
    case PrincipalName::Kind::kUniqueId:
    case PrincipalName::Kind::kService:
    case PrincipalName::Kind::kFederatedProvider:
      return false;
  }
  std::abort();
}

// Whose a unique id is cannot be told here, only that it is not the root user's.
bool covers(const Selection<PrincipalName>& principals, const Principal& caller) {
  const bool is_listed =
      std::ranges::any_of(principals.items, [&](const PrincipalName& name) { return names(name, caller); });
  if (principals.selects == Selects::kListed) return is_listed;
  const bool may_be_listed = !caller.is_root && std::ranges::any_of(principals.items, [](const PrincipalName& name) {
    return name.kind == PrincipalName::Kind::kUniqueId;
  });
  return !is_listed && !may_be_listed;
}

bool covers_the_action(const Selection<ActionPattern>& actions) {
  const bool is_listed =
      std::ranges::any_of(actions.items, [](const ActionPattern& pattern) { return pattern.matches(kAction); });
  return is_listed == (actions.selects == Selects::kListed);
}

// What a variable stands for is not known here. As it is written, it is like no secret's ARN: listed, it covers
// nothing; excluded, it may spare the secret.
bool covers(const Selection<ArnPattern>& resources, std::string_view secret_arn, LanguageVersion version) {
  const bool is_listed =
      std::ranges::any_of(resources.items, [&](const ArnPattern& pattern) { return pattern.matches(secret_arn); });
  if (resources.selects == Selects::kListed) return is_listed;
  const bool may_be_listed =
      version == LanguageVersion::k2012 &&
      std::ranges::any_of(resources.items, [](const ArnPattern& pattern) { return has_variable(pattern.text()); });
  return !is_listed && !may_be_listed;
}

}  // namespace

bool locks_out(const Document& document, const Principal& caller, std::string_view secret_arn) {
  return std::ranges::any_of(document.statements, [&](const Statement& statement) {
    if (statement.effect != Effect::kDeny || !statement.conditions.empty()) return false;
    if (!statement.principals || !statement.resources) return false;
    return covers(*statement.principals, caller) && covers_the_action(statement.actions) &&
           covers(*statement.resources, secret_arn, document.version);
  });
}

}  // namespace coffer::policy
