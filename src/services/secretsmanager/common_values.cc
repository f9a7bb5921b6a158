#include "services/secretsmanager/common_values.h"

#include <algorithm>
#include <iterator>

#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_kms.h"

namespace coffer::secretsmanager {
namespace {

constexpr size_t kMaxValueBytes = 65536;

}  // namespace

GivenValue given_value(const std::optional<wire::SecretText>& text, const std::optional<wire::SecretBlob>& binary) {
  if (text) return {secrets::ValueKind::kString, &text->bytes};
  if (binary) return {secrets::ValueKind::kBinary, &binary->bytes};
  return {};
}

Result<void> check_given_value(const std::optional<wire::SecretText>& text,
                               const std::optional<wire::SecretBlob>& binary) {
  if (text && binary) {
    return Error{ErrorCode::kInvalidParameter,
                 "You can't specify both a binary secret value and a string secret value in the same secret."};
  }
  if (text && text->bytes.size() > kMaxValueBytes) {
    return Error{ErrorCode::kValidation,
                 "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have "
                 "length less than or equal to 65536"};
  }
  return {};
}

Result<bool> is_repeated_write(const api::Authority& authority, const secrets::SecretView& view, const VersionId& token,
                               const GivenValue& value, const Rooms& rooms) {
  const secrets::Version* const version = view.secret.version(token);
  if (version == nullptr || version->kind == secrets::ValueKind::kNone) return false;
  if (version->kind == value.kind) {
    COFFER_ASSIGN(const SecretBytes stored, read_value(authority, view, *version, rooms));
    if (stored.equals(*value.bytes)) return true;
  }
  return Error{ErrorCode::kResourceExists, "You can't use ClientRequestToken " + token.text() +
                                               " because that value is already in use for a version of secret " +
                                               view.arn + "."};
}

Result<void> add_value(const VersionId& token, const GivenValue& value, const std::vector<std::string>& stages,
                       secrets::Change& change) {
  secrets::Secret& secret = change.secret;
  auto version = std::ranges::find(secret.versions, token, &secrets::Version::id);
  secrets::StageMap map = stages_of(secret);
  std::vector<std::string> wanted = stages;
  if (version == secret.versions.end()) {
    version = secret.versions.insert(version, {.id = token, .stages = {}, .created = {}});
  } else {
    // It leaves the map and comes back with the labels that it had, besides those of this write.
    if (wanted.empty()) wanted.emplace_back(secrets::kAwsCurrent);
    wanted.insert(wanted.end(), version->stages.begin(), version->stages.end());
    std::erase_if(map, [&](const secrets::VersionStages& entry) { return entry.id == token; });
    // Versions stand in the order in which they got their values.
    std::rotate(version, std::next(version), secret.versions.end());
    version = std::prev(secret.versions.end());
  }
  version->kind = value.kind;
  COFFER_ASSIGN(map, secrets::add_version(std::move(map), token, wanted));
  set_stages(map, secret);
  change.values.push_back({token, value.bytes->clone()});
  return {};
}

Result<bool> write_value(const secrets::SecretView& view, const ValueWrite& write, const Rooms& rooms,
                         secrets::Change& change) {
  COFFER_TRY(permit_sealing(write.authority, change, {view.arn, write.token.text()}, rooms));
  COFFER_ASSIGN(const bool is_repeated, is_repeated_write(write.authority, view, write.token, write.value, rooms));
  if (is_repeated) return false;
  COFFER_TRY(add_value(write.token, write.value, write.stages, change));
  return true;
}

secrets::StageMap stages_of(const secrets::Secret& secret) {
  secrets::StageMap map;
  map.reserve(secret.versions.size() + 1);
  for (const secrets::Version& version : secret.versions)
    map.push_back({version.id, version.stages});
  return map;
}

void set_stages(const secrets::StageMap& map, secrets::Secret& secret) {
  for (secrets::Version& version : secret.versions) {
    const secrets::VersionStages* const entry = secrets::find_version(map, version.id);
    version.stages = entry == nullptr ? std::vector<std::string>() : entry->stages;
  }
}

}  // namespace coffer::secretsmanager
