// The rows of accounts as keys and values. Inside of this room only. Format page: docs/formats/accounts.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "iam/account_store.h"

namespace coffer::iam {

// "a" SEP account.
std::string account_record_key(const AccountId& id);
// Of all accounts: for a scan.
std::string account_record_family();
// "an" SEP name: the account that has it.
std::string account_name_key(std::string_view name);

// 1 to 50 letters, digits, spaces, or any of ._-
bool is_account_name(std::string_view name);

struct StoredAccount {
  std::string name;
  Time created;
  uint64_t generation = 1;  // grows with every change
  AccessKeyId root_access_key;
  AccountStatus status = AccountStatus::kActive;
};

std::string encode(const StoredAccount& account);
// kCorrupt, also for a status that a later Coffer may have written: it must not be taken for active.
Result<StoredAccount> decode_stored_account(std::string_view value);

}  // namespace coffer::iam
