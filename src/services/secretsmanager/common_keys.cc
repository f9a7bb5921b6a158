#include "services/secretsmanager/common_keys.h"

#include <algorithm>

#include "secrets/version_stages.h"

namespace coffer::secretsmanager {

Result<void> check_kms_key(std::string_view kms_key_id, const AccountId& account, const Region& region) {
  if (kms_key_id.empty() || kms_key_id == kms::kSecretsManagerAlias) return {};
  std::string alias_arn = "arn:aws:kms:";
  alias_arn.append(region.text()).append(":").append(account.text()).append(":").append(kms::kSecretsManagerAlias);
  if (kms_key_id == alias_arn) return {};
  return Error{ErrorCode::kAccessDenied, "Access to KMS is not allowed"};
}

Result<void> reseal_values(const secrets::SecretView& view, const Rooms& rooms, secrets::Change& change) {
  for (const std::string_view stage : {secrets::kAwsCurrent, secrets::kAwsPending, secrets::kAwsPrevious}) {
    const secrets::Version* const version = view.secret.version_with(stage);
    if (version == nullptr || version->kind == secrets::ValueKind::kNone) continue;
    // One version may have two of the labels.
    const auto& resealed = change.resealed;
    if (std::ranges::find(resealed, version->id, &secrets::Change::NewValue::version) != resealed.end()) continue;
    COFFER_ASSIGN(SecretBytes value, rooms.secrets.read_value(view, version->id));
    change.resealed.push_back({version->id, std::move(value)});
  }
  return {};
}

}  // namespace coffer::secretsmanager
