// Reading one value, as GetSecretValue answers it and BatchGetSecretValue lists it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_actions.h"
#include "wire/shape.h"

namespace coffer::secretsmanager {

struct SecretValue {
  secrets::SecretPointer view;  // keeps alive what the next three point to
  std::string_view arn;
  std::string_view name;
  std::string_view version_id;
  std::optional<wire::SecretBlob> secret_binary;
  std::optional<wire::SecretText> secret_string;
  std::optional<std::vector<std::string>> version_stages;
  Time created_date;
  static constexpr wire::Field kFields[] = {wire::field<&SecretValue::arn>("ARN"),
                                            wire::field<&SecretValue::name>("Name"),
                                            wire::field<&SecretValue::version_id>("VersionId"),
                                            wire::field<&SecretValue::secret_binary>("SecretBinary"),
                                            wire::field<&SecretValue::secret_string>("SecretString"),
                                            wire::field<&SecretValue::version_stages>("VersionStages"),
                                            wire::field<&SecretValue::created_date>("CreatedDate")};
};

// As requests name it: without both, AWSCURRENT; with both, they must agree.
struct WantedVersion {
  std::optional<std::string_view> id;
  std::optional<std::string_view> stage;
};

// The secret whose value somebody may read: nothing but a decision on secretsmanager:GetSecretValue makes one.
class Readable {
 public:
  template <class Card>
  explicit Readable(const api::Authorized<Card>& authorized) requires(Card::kAction == action::GetSecretValue::kAction)
      : target_(secretsmanager::target(authorized)) {}
  explicit Readable(const api::Permit<action::GetSecretValue>& permit) : target_(secretsmanager::target(permit)) {}

  const Target& target() const { return target_; }

 private:
  Target target_;
};

// The value, its access noted. kResourceNotFound, kInvalidRequest (pending deletion; id and label disagree; default key
// of another account), kAccessDenied (by KMS), kDecryptionFailure; AWS's texts. kPreconditionNotMet as
// find_fresh_secret().
Result<SecretValue> read_secret_value(const Readable& secret, const WantedVersion& wanted, const Rooms& rooms);

}  // namespace coffer::secretsmanager
