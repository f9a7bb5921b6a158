// Actions that a card takes beside its own, for api::Permit.
#pragma once

#include <string_view>

namespace coffer::secretsmanager::action {

struct AcceptCrossAccountReplication {
  static constexpr std::string_view kName = "AcceptCrossAccountReplication";
  static constexpr std::string_view kAction = "secretsmanager:AcceptCrossAccountReplication";
};
struct CreateSecret {
  static constexpr std::string_view kName = "CreateSecret";
  static constexpr std::string_view kAction = "secretsmanager:CreateSecret";
};
struct DeleteResourcePolicy {
  static constexpr std::string_view kName = "DeleteResourcePolicy";
  static constexpr std::string_view kAction = "secretsmanager:DeleteResourcePolicy";
};
struct GetSecretValue {
  static constexpr std::string_view kName = "GetSecretValue";
  static constexpr std::string_view kAction = "secretsmanager:GetSecretValue";
};
struct ListSecrets {
  static constexpr std::string_view kName = "ListSecrets";
  static constexpr std::string_view kAction = "secretsmanager:ListSecrets";
};
struct PassRole {
  static constexpr std::string_view kName = "PassRole";
  static constexpr std::string_view kAction = "iam:PassRole";
};
struct ReplicateSecretToRegions {
  static constexpr std::string_view kName = "ReplicateSecretToRegions";
  static constexpr std::string_view kAction = "secretsmanager:ReplicateSecretToRegions";
};
struct TagResource {
  static constexpr std::string_view kName = "TagResource";
  static constexpr std::string_view kAction = "secretsmanager:TagResource";
};
struct PutResourcePolicy {
  static constexpr std::string_view kName = "PutResourcePolicy";
  static constexpr std::string_view kAction = "secretsmanager:PutResourcePolicy";
};

}  // namespace coffer::secretsmanager::action
