#include "iam/account_rows.h"

#include <algorithm>

#include "iam/records.pb.h"
#include "store/keys.h"

namespace coffer::iam {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kAccountFamily = "a";
constexpr std::string_view kNameFamily = "an";

}  // namespace

std::string account_record_key(const AccountId& id) {
  return store::make_key(kAccountFamily, {id.text()});
}

std::string account_record_family() {
  return store::make_key(kAccountFamily, {""});
}

std::string account_name_key(std::string_view name) {
  return store::make_key(kNameFamily, {name});
}

bool is_account_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || " ._-"sv.contains(c);
  };
  return !name.empty() && name.size() <= 50 && std::ranges::all_of(name, allowed);
}

std::string encode(const StoredAccount& account) {
  AccountRecord record;
  record.set_name(account.name);
  record.set_created_ms(account.created.time_since_epoch().count());
  record.set_generation(account.generation);
  record.set_root_access_key_id(account.root_access_key.text());
  record.set_status(account.status == AccountStatus::kActive ? AccountRecord::ACTIVE : AccountRecord::SUSPENDED);
  return record.SerializeAsString();
}

Result<StoredAccount> decode_stored_account(std::string_view value) {
  AccountRecord record;
  const bool parsed = record.ParseFromArray(value.data(), static_cast<int>(value.size()));
  const auto root_access_key = AccessKeyId::parse(record.root_access_key_id());
  const bool is_known = record.status() == AccountRecord::ACTIVE || record.status() == AccountRecord::SUSPENDED;
  if (!parsed || !root_access_key || !is_known) {
    return Error{ErrorCode::kCorrupt, "the record of an account is damaged"};
  }
  return StoredAccount{std::move(*record.mutable_name()), Time(Duration(record.created_ms())), record.generation(),
                       *root_access_key,
                       record.status() == AccountRecord::ACTIVE ? AccountStatus::kActive : AccountStatus::kSuspended};
}

}  // namespace coffer::iam
