#include "secrets/secret_rows.h"

#include "store/keys.h"

namespace coffer::secrets {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kFamily = "s";
constexpr std::string_view kCreationFamily = "c";
constexpr std::string_view kDeletionFamily = "d";
constexpr std::string_view kFenceFamily = "f";
constexpr std::string_view kRecord = "m";
constexpr std::string_view kAccess = "a";
constexpr std::string_view kProgress = "r/";
constexpr std::string_view kValue = "v/";

std::optional<IndexEntry> make_entry(std::string_view account, std::string_view time, std::string_view name) {
  auto parsed_account = AccountId::parse(account);
  const auto parsed_time = store::parse_time_part(time);
  if (!parsed_account || !parsed_time || name.empty()) return std::nullopt;
  return IndexEntry{std::move(*parsed_account), *parsed_time, std::string(name)};
}

}  // namespace

const std::string_view kCreationPrefix = "c\0"sv;
const std::string_view kDeletionPrefix = "d\0"sv;

RowKey::RowKey(const AccountId& account, std::string_view name) {
  append("s\0"sv).append(account.text()).append("\0"sv).append(name).append("\0"sv);
}

std::string secret_prefix(const AccountId& account, std::string_view name) {
  return store::make_key(kFamily, {account.text(), name, ""});
}
std::string record_key(const AccountId& account, std::string_view name) {
  return store::make_key(kFamily, {account.text(), name, kRecord});
}
std::string access_key(const AccountId& account, std::string_view name) {
  return store::make_key(kFamily, {account.text(), name, kAccess});
}
std::string progress_key(const AccountId& account, std::string_view name, const Region& region) {
  return secret_prefix(account, name).append(kProgress).append(region.text());
}
std::string value_key(const AccountId& account, std::string_view name, const VersionId& version) {
  return secret_prefix(account, name).append(kValue).append(version.text());
}

std::optional<SecretRowKey> parse_secret_row_key(std::string_view key) {
  if (!key.starts_with("s\0"sv)) return std::nullopt;
  const size_t split = key.rfind(store::kSeparator) + 1;
  const std::string_view prefix = key.substr(0, split);
  const std::string_view kind = key.substr(split);
  if (kind == kRecord) return SecretRowKey{prefix, RowKind::kRecord, {}};
  if (kind == kAccess) return SecretRowKey{prefix, RowKind::kAccess, {}};
  if (kind.starts_with(kProgress)) return SecretRowKey{prefix, RowKind::kProgress, kind.substr(kProgress.size())};
  if (kind.starts_with(kValue)) return SecretRowKey{prefix, RowKind::kValue, kind.substr(kValue.size())};
  return std::nullopt;
}

std::string creation_key(const AccountId& account, Time created, std::string_view name) {
  return store::make_key(kCreationFamily, {account.text(), store::time_part(created), name});
}
std::string creation_prefix(const AccountId& account) {
  return store::make_key(kCreationFamily, {account.text(), ""});
}
std::string deletion_key(Time due, const AccountId& account, std::string_view name) {
  return store::make_key(kDeletionFamily, {store::time_part(due), account.text(), name});
}
std::string deletion_bound(Time now) {
  return store::make_key(kDeletionFamily, {store::time_part(now + Duration(1))});
}

std::string fence_key(const AccountId& account, std::string_view name, std::string_view suffix) {
  return store::make_key(kFenceFamily, {account.text(), name, suffix});
}
std::string encode_fence(uint64_t lineage_epoch) {
  std::string row;
  for (int shift = 0; shift < 64; shift += 8)
    row.push_back(static_cast<char>(lineage_epoch >> shift & 0xff));
  return row;
}
std::optional<uint64_t> decode_fence(std::string_view row) {
  if (row.size() != 8) return std::nullopt;
  uint64_t epoch = 0;
  for (int i = 7; i >= 0; --i)
    epoch = epoch << 8 | static_cast<unsigned char>(row[static_cast<size_t>(i)]);
  return epoch;
}

std::optional<IndexEntry> parse_creation_key(std::string_view key) {
  const auto parts = store::key_parts(kCreationFamily, key);
  return parts.size() == 3 ? make_entry(parts[0], parts[1], parts[2]) : std::nullopt;
}
std::optional<IndexEntry> parse_deletion_key(std::string_view key) {
  const auto parts = store::key_parts(kDeletionFamily, key);
  return parts.size() == 3 ? make_entry(parts[1], parts[0], parts[2]) : std::nullopt;
}

}  // namespace coffer::secrets
