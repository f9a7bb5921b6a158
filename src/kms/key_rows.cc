#include "kms/key_rows.h"

#include "kms/records.pb.h"
#include "store/keys.h"

namespace coffer::kms {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kKeyFamily = "k";
constexpr std::string_view kAliasFamily = "ka";
constexpr std::string_view kDeletionFamily = "kd";
constexpr std::string_view kDeletedFamily = "kx";

Error damaged() {
  return Error{ErrorCode::kCorrupt, "a KMS key's record is damaged"};
}

KeyRecord::State wire_state(KeyState state) {
  switch (state) {
    case KeyState::kEnabled:
      return KeyRecord::ENABLED;
    case KeyState::kDisabled:
      return KeyRecord::DISABLED;
    case KeyState::kPendingDeletion:
      return KeyRecord::PENDING_DELETION;
  }
  std::abort();
}

// nullopt for what a newer Coffer may have written: such a key must not be taken for an enabled one.
std::optional<KeyState> parse_state(int state) {
  switch (state) {
    case KeyRecord::ENABLED:
      return KeyState::kEnabled;
    case KeyRecord::DISABLED:
      return KeyState::kDisabled;
    case KeyRecord::PENDING_DELETION:
      return KeyState::kPendingDeletion;
    default:
      return std::nullopt;
  }
}

std::optional<KeyName> make_name(std::string_view account, std::string_view id) {
  auto owner = AccountId::parse(account);
  if (!owner || !is_key_id(id)) return std::nullopt;
  return KeyName{std::move(*owner), std::string(id)};
}

}  // namespace

std::string encode_key(const StoredKey& key) {
  KeyRecord record;
  if (key.info.is_default) record.set_alias(std::string(kSecretsManagerAlias));
  record.set_created_ms(key.info.created.time_since_epoch().count());
  record.set_wrapped_material(key.wrapped_material);
  record.set_state(wire_state(key.info.state));
  if (key.info.deletion_date) record.set_deletion_ms(key.info.deletion_date->time_since_epoch().count());
  record.set_description(key.info.description);
  return record.SerializeAsString();
}

Result<StoredKey> decode_key(const KeyName& name, std::string_view row) {
  KeyRecord record;
  if (!record.ParseFromArray(row.data(), static_cast<int>(row.size()))) return damaged();
  const auto state = parse_state(record.state());
  const bool is_pending = state == KeyState::kPendingDeletion;
  const bool is_default = record.alias() == kSecretsManagerAlias;
  if (!state || is_pending != (record.deletion_ms() != 0) || is_default == record.alias().empty()) return damaged();
  if (is_default && state != KeyState::kEnabled) return damaged();  // nobody can have done that
  StoredKey key{{name, *state, is_default, record.description(), Time(Duration(record.created_ms())), std::nullopt},
                std::move(*record.mutable_wrapped_material())};
  if (is_pending) key.info.deletion_date = Time(Duration(record.deletion_ms()));
  return key;
}

std::string key_row(const KeyName& key) {
  return store::make_key(kKeyFamily, {key.account.text(), key.id});
}
std::string key_prefix(const AccountId& account) {
  return store::make_key(kKeyFamily, {account.text(), ""});
}
void begin_key_row(std::string_view account, std::string& row_key) {
  row_key.assign(kKeyFamily).push_back(store::kSeparator);
  row_key.append(account).push_back(store::kSeparator);
}
std::optional<KeyName> parse_key_row(std::string_view row_key) {
  const auto parts = store::key_parts(kKeyFamily, row_key);
  return parts.size() == 2 ? make_name(parts[0], parts[1]) : std::nullopt;
}
bool is_key_row(std::string_view row_key) {
  return row_key.starts_with("k\0"sv);
}

std::string alias_row(const AccountId& account, std::string_view alias) {
  return store::make_key(kAliasFamily, {account.text(), alias});
}
std::string alias_prefix(const AccountId& account) {
  return store::make_key(kAliasFamily, {account.text(), ""});
}
std::string_view alias_of_row(std::string_view row_key) {
  return row_key.substr(row_key.rfind(store::kSeparator) + 1);
}
bool is_alias_row(std::string_view row_key) {
  return row_key.starts_with("ka\0"sv);
}

std::string deletion_row(Time due, const KeyName& key) {
  return store::make_key(kDeletionFamily, {store::time_part(due), key.account.text(), key.id});
}
std::string deletion_prefix() {
  return store::make_key(kDeletionFamily, {""});
}
std::string deletion_bound(Time now) {
  return store::make_key(kDeletionFamily, {store::time_part(now + Duration(1))});
}
std::optional<KeyName> parse_deletion_row(std::string_view row_key) {
  const auto parts = store::key_parts(kDeletionFamily, row_key);
  return parts.size() == 3 && store::parse_time_part(parts[0]) ? make_name(parts[1], parts[2]) : std::nullopt;
}

std::string deleted_row(const KeyName& key) {
  return store::make_key(kDeletedFamily, {key.account.text(), key.id});
}

}  // namespace coffer::kms
