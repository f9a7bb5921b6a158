#include "services/secretsmanager/common_read.h"

#include <algorithm>

#include "secrets/version_stages.h"
#include "services/secretsmanager/common_freshness.h"
#include "services/secretsmanager/common_kms.h"

namespace coffer::secretsmanager {
namespace {

bool has_value(const secrets::Version* version) {
  return version != nullptr && version->kind != secrets::ValueKind::kNone;
}

Result<const secrets::Version*> pick(const secrets::Secret& secret, const WantedVersion& wanted) {
  const std::string_view stage = wanted.stage.value_or(secrets::kAwsCurrent);
  const secrets::Version* version = nullptr;
  if (wanted.id) {
    const auto id = VersionId::parse(*wanted.id);
    version = id ? secret.version(*id) : nullptr;
    // A version that waits for its value cannot be found by its label either, which is what rotation functions test.
    if (version == nullptr || (!has_value(version) && !wanted.stage)) return version_not_found(*wanted.id);
    if (wanted.stage && std::ranges::find(version->stages, stage) == version->stages.end()) {
      return Error{ErrorCode::kInvalidRequest,
                   "You provided a VersionStage that is not associated to the provided VersionId."};
    }
  } else {
    version = secret.version_with(stage);
  }
  if (has_value(version)) return version;
  return Error{ErrorCode::kResourceNotFound,
               "Secrets Manager can't find the specified secret value for staging label: " + std::string(stage)};
}

Result<SecretValue> read(const secrets::SecretPointer& view, const Target& target, const WantedVersion& wanted,
                         const Rooms& rooms) {
  COFFER_TRY(refuse_pending_deletion(*view));
  COFFER_ASSIGN(const secrets::Version* const version, pick(view->secret, wanted));
  COFFER_ASSIGN(SecretBytes bytes, read_value(target.authority(), *view, *version, rooms));
  rooms.secrets.note_access(*view, version->id);
  SecretValue value;
  value.arn = view->arn;
  value.name = view->secret.name;
  value.version_id = version->id.text();
  if (version->kind == secrets::ValueKind::kBinary) {
    value.secret_binary = wire::SecretBlob{std::move(bytes)};
  } else {
    value.secret_string = wire::SecretText{std::move(bytes)};
  }
  if (!version->stages.empty()) value.version_stages = version->stages;
  value.created_date = version->created;
  value.view = view;
  return value;
}

}  // namespace

Result<SecretValue> read_secret_value(const Readable& secret, const WantedVersion& wanted, const Rooms& rooms) {
  COFFER_ASSIGN(const secrets::SecretPointer found, find_fresh_secret(secret.target(), rooms));
  Result<SecretValue> value = read(found, secret.target(), wanted, rooms);
  // Deleted, or made again, between the look at the record and the one at the value: then a second look tells. If it
  // does not, the error stays one of the server (5xx): a client must not conclude that the secret is gone.
  if (value.ok() || value.error().code != ErrorCode::kNotFound) return value;
  COFFER_ASSIGN(const secrets::SecretPointer now, find_secret_again(secret.target(), rooms));
  COFFER_TRY(check_freshness(*now, secret.target(), rooms));
  return read(now, secret.target(), wanted, rooms);
}

}  // namespace coffer::secretsmanager
