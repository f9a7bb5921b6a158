// Ids of temporary access keys. As AWS's, they carry the account: GetAccessKeyInfo needs no look-up, and tools that
// read the account out of AWS's ids read it out of these.
#pragma once

#include <optional>
#include <string_view>

#include "base/ids.h"
#include "base/random.h"

namespace coffer::sts {

// ASIA and 16 characters of A-Z2-7: 80 bits, of which the first is set, 40 are the account's number and 39 are random.
AccessKeyId draw_temporary_key_id(const AccountId& account, Random& random);

// The account of a temporary key's id; nullopt for anything else, of AWS also for ids from before they had one.
std::optional<AccountId> account_of_temporary_key(std::string_view access_key_id);

}  // namespace coffer::sts
