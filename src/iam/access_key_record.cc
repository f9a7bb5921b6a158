#include "iam/access_key_record.h"

#include "iam/names.h"
#include "iam/records.pb.h"

namespace coffer::iam {
namespace {

constexpr size_t kSecretSize = 40;
constexpr std::string_view kIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kSecretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string encode(const StoredAccessKey& key) {
  AccessKeyRecord record;
  record.set_account(key.account.text());
  record.set_kind(key.user_id.empty() ? AccessKeyRecord::KIND_ROOT : AccessKeyRecord::KIND_USER);
  record.set_state(key.status == AccessKeyStatus::kActive ? AccessKeyRecord::STATE_ACTIVE
                                                          : AccessKeyRecord::STATE_INACTIVE);
  record.set_created_ms(key.created.time_since_epoch().count());
  record.set_wrapped_secret(key.wrapped_secret);
  record.set_user_id(key.user_id);
  return record.SerializeAsString();
}

Result<StoredAccessKey> decode_access_key(std::string_view value) {
  AccessKeyRecord record;
  const bool parsed = record.ParseFromArray(value.data(), static_cast<int>(value.size()));
  const auto account = AccountId::parse(record.account());
  const bool is_root = record.kind() == AccessKeyRecord::KIND_ROOT && record.user_id().empty();
  const bool is_users = record.kind() == AccessKeyRecord::KIND_USER && is_unique_id(record.user_id());
  if (!parsed || !account || (!is_root && !is_users)) {
    return Error{ErrorCode::kCorrupt, "the record of an access key is damaged"};
  }
  const auto status =
      record.state() == AccessKeyRecord::STATE_ACTIVE ? AccessKeyStatus::kActive : AccessKeyStatus::kInactive;
  return StoredAccessKey{*account, std::move(*record.mutable_user_id()), status, Time(Duration(record.created_ms())),
                         std::move(*record.mutable_wrapped_secret())};
}

AccessKeyId draw_access_key_id(Random& random) {
  return *AccessKeyId::parse("AKIA" + random.text(16, kIdAlphabet));
}

SecretBytes draw_access_secret(Random& random) {
  SecretBytes secret(kSecretSize);
  for (std::byte& byte : secret.mutable_span(SecretAccess("a fresh secret access key is drawn"))) {
    byte = static_cast<std::byte>(kSecretAlphabet[random.uniform(static_cast<uint32_t>(kSecretAlphabet.size()))]);
  }
  return secret;
}

}  // namespace coffer::iam
