#include "iam/account_states.h"

#include "iam/access_key_record.h"
#include "iam/account_rows.h"
#include "iam/identity_rows.h"
#include "store/keys.h"

namespace coffer::iam {
namespace {

constexpr std::string_view kWord = "account";
constexpr size_t kScanPage = 1000;

}  // namespace

home::StateId state_of_account(const AccountId& account) {
  return {std::string(kWord), account, {}};
}

std::string_view AccountStates::word() const {
  return kWord;
}

Result<std::vector<home::StateId>> AccountStates::all() const {
  std::vector<home::StateId> ids;
  store::ScanRange range = store::ScanRange::prefix(account_record_family(), kScanPage);
  for (;;) {
    COFFER_ASSIGN(const auto rows, parts_.store.scan(range));
    for (const store::Row& row : rows) {
      const auto account = AccountId::parse(std::string_view(row.key).substr(account_record_family().size()));
      if (!account) return Error{ErrorCode::kCorrupt, "there is a row of no account among accounts"};
      ids.push_back(state_of_account(*account));
    }
    if (rows.size() < kScanPage) return ids;
    range.begin = rows.back().key + '\0';
  }
}

std::string AccountStates::prefix(const home::StateId& id) const {
  return account_record_key(id.account);
}

Result<uint64_t> AccountStates::generation(const store::Row& row) const {
  COFFER_ASSIGN(const StoredAccount account, decode_stored_account(row.value));
  return account.generation;
}

Result<home::StateRow> AccountStates::leaving(const home::StateId&, std::string_view name,
                                              std::string_view value) const {
  COFFER_ASSIGN(const StoredAccount account, decode_stored_account(value));
  const std::string key = access_key_key(account.root_access_key.text());
  COFFER_ASSIGN(const auto stored, parts_.store.get(key));
  if (!stored) return Error{ErrorCode::kConflict, "the secret of a root access key is missing"};
  COFFER_ASSIGN(const StoredAccessKey access_key, decode_access_key(stored->value));
  COFFER_ASSIGN(SecretBytes secret, parts_.region_key.unwrap(access_key.wrapped_secret, key));
  home::StateRow row{std::string(name), std::string(value), {}};
  row.secrets.push_back(std::move(secret));
  return row;
}

Result<home::ArrivedRow> AccountStates::arriving(const home::StateId& id, const home::StateRow& row) const {
  COFFER_ASSIGN(const StoredAccount account, decode_stored_account(*row.value));
  const bool is_state = !id.account.empty() && id.name.empty() && row.name.empty();
  if (!is_state || row.secrets.size() != 1 || !is_account_name(account.name)) {
    return Error{ErrorCode::kCorrupt, "an account arrived that makes no sense"};
  }
  const std::string key = access_key_key(account.root_access_key.text());
  const StoredAccessKey root{id.account,
                             {},
                             AccessKeyStatus::kActive,
                             account.created,
                             parts_.region_key.wrap(row.secrets[0], key, parts_.random)};
  return home::ArrivedRow{*row.value, {{account_name_key(account.name), id.account.text()}, {key, encode(root)}}};
}

Result<std::vector<home::Attendant>> AccountStates::attendants(const home::StateId& id, std::string_view,
                                                               std::string_view value) const {
  COFFER_ASSIGN(const StoredAccount account, decode_stored_account(value));
  const std::string& root = account.root_access_key.text();
  return std::vector<home::Attendant>{
      {account_name_key(account.name), id.account.text()}, {access_key_key(root), {}}, {access_key_use_key(root), {}}};
}

}  // namespace coffer::iam
