#include "sts/arns.h"

#include "base/arn.h"

namespace coffer::sts {
namespace {

std::string sts_arn(const AccountId& account, std::string_view kind, std::string_view rest) {
  return Arn{"aws", "sts", "", account.text(), std::string(kind).append("/").append(rest)}.text();
}

}  // namespace

std::string assumed_role_arn(const AccountId& account, std::string_view role_name, std::string_view session_name) {
  return sts_arn(account, "assumed-role", std::string(role_name).append("/").append(session_name));
}

std::string federated_user_arn(const AccountId& account, std::string_view name) {
  return sts_arn(account, "federated-user", name);
}

std::optional<RoleName> parse_role_arn(std::string_view arn) {
  constexpr std::string_view kRole = "role/";
  const auto parsed = Arn::parse(arn);
  if (!parsed || parsed->partition != "aws" || parsed->service != "iam" || !parsed->region.empty()) return std::nullopt;
  auto account = AccountId::parse(parsed->account);
  std::string name = parsed->resource.substr(parsed->resource.rfind('/') + 1);
  if (!account || !parsed->resource.starts_with(kRole) || name.empty()) return std::nullopt;
  return RoleName{*std::move(account), std::move(name)};
}

}  // namespace coffer::sts
