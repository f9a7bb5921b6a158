#include "services/secretsmanager/common_keys.h"

#include <algorithm>

#include "secrets/version_stages.h"
#include "services/secretsmanager/common.h"

namespace coffer::secretsmanager {

Result<void> check_kms_key(std::string_view kms_key_id, const AccountId& account, std::string_view secret_arn,
                           const Rooms& rooms) {
  if (kms_key_id.empty()) return {};
  COFFER_ASSIGN(const auto key, rooms.keyring.resolve(account, kms_key_id));
  // There are no key policies yet in which an account could let others use its keys.
  if (!key || key->name.account != account) return Error{ErrorCode::kAccessDenied, "Access to KMS is not allowed"};
  return rooms.keyring.check_usable(key->name, {{"SecretARN", secret_arn}, {"SecretVersionId", kms::kUsabilityCheck}});
}

Result<void> check_replica_kms_key(std::string_view kms_key_id, const AccountId& account, const Region& region) {
  if (kms_key_id.empty()) return {};
  COFFER_TRY(kms::parse_key_reference(kms_key_id, account, region));
  return {};
}

Result<void> reseal_values(const secrets::SecretView& view, const auth::Caller& caller, const Rooms& rooms,
                           secrets::Change& change) {
  const auto may_use = [&](std::string_view key) { return refuse_foreign_default_key(view.secret, key, caller).ok(); };
  if (!may_use(change.secret.kms_key_id)) return {};
  for (const std::string_view stage : {secrets::kAwsCurrent, secrets::kAwsPending, secrets::kAwsPrevious}) {
    const secrets::Version* const version = view.secret.version_with(stage);
    if (version == nullptr || version->kind == secrets::ValueKind::kNone) continue;
    if (!may_use(version->kms_key_arn)) continue;
    // One version may have two of the labels.
    const auto& resealed = change.resealed;
    if (std::ranges::find(resealed, version->id, &secrets::Change::NewValue::version) != resealed.end()) continue;
    Result<SecretBytes> value = rooms.secrets.read_value(view, version->id);
    if (value.ok()) {
      change.resealed.push_back({version->id, std::move(value).value()});
      continue;
    }
    if (value.error().code != ErrorCode::kDecryptionFailure) return std::move(value).error();
    COFFER_ASSIGN(const auto former, rooms.keyring.resolve(view.secret.account, version->kms_key_arn));
    if (former) return std::move(value).error();
  }
  return {};
}

}  // namespace coffer::secretsmanager
