#include "iam/identity_states.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "home/state_rows.h"
#include "iam/access_key_record.h"
#include "iam/identity_rows.h"
#include "iam/names.h"
#include "store/keys.h"

namespace coffer::iam {
namespace {

constexpr std::string_view kWord = "identities";

// What a row says that others must know: whom the unique id is of, which access keys there are, which alias.
struct Told {
  std::string name;       // as the key has it
  std::string unique_id;  // of users and roles, which are found by it
  std::vector<AccessKey> access_keys;
  std::string alias;
};

std::string_view own_name(std::string_view row_name) {
  return row_name.substr(std::min(row_name.size(), size_t{2}));
}

Result<Told> read(const AccountId& account, std::string_view name, std::string_view value) {
  if (name.empty()) {
    COFFER_ASSIGN(AccountRow row, decode_account(value));
    return Told{.alias = std::move(row.alias)};
  }
  const std::string key = std::string(account_key(account)).append(1, store::kSeparator).append(name);
  const auto kind = kind_of_key(key);
  if (!kind) return Error{ErrorCode::kCorrupt, "there is a row of an unknown kind among identities"};
  switch (*kind) {
    case EntityKind::kUser: {
      COFFER_ASSIGN(User user, decode_user(value));
      return Told{small(user.name), std::move(user.unique_id), std::move(user.access_keys), {}};
    }
    case EntityKind::kRole: {
      COFFER_ASSIGN(Role role, decode_role(value));
      return Told{small(role.name), std::move(role.unique_id), {}, {}};
    }
    case EntityKind::kGroup: {
      COFFER_ASSIGN(const Group group, decode_group(value));
      return Told{.name = small(group.name)};
    }
    case EntityKind::kPolicy: {
      COFFER_ASSIGN(const ManagedPolicy policy, decode_policy(value));
      return Told{.name = small(policy.name)};
    }
    case EntityKind::kProvider: {
      COFFER_ASSIGN(const OidcProvider provider, decode_provider(value));
      return Told{.name = small(provider.name)};
    }
  }
  std::abort();
}

}  // namespace

home::StateId identities_of(const AccountId& account) {
  return {std::string(kWord), account, {}};
}

std::string_view IdentityStates::word() const {
  return kWord;
}

Result<std::vector<home::StateId>> IdentityStates::all() const {
  std::vector<home::StateId> ids;
  store::ScanRange range = store::ScanRange::prefix(store::make_key("i", {""}), 1);
  for (;;) {
    COFFER_ASSIGN(const auto rows, parts_.store.scan(range));
    if (rows.empty()) return ids;
    const auto text = account_of_key(rows.front().key);
    const auto account = text ? AccountId::parse(*text) : std::nullopt;
    if (!account) return Error{ErrorCode::kCorrupt, "there is a row of no account among identities"};
    ids.push_back(identities_of(*account));
    range.begin = home::state_range(account_key(*account)).end;
  }
}

std::string IdentityStates::prefix(const home::StateId& id) const {
  return account_key(id.account);
}

Result<uint64_t> IdentityStates::generation(const store::Row& row) const {
  return generation_of(row.key, row.value);
}

Result<home::StateRow> IdentityStates::leaving(const home::StateId& id, std::string_view name,
                                               std::string_view value) const {
  COFFER_ASSIGN(const Told told, read(id.account, name, value));
  home::StateRow row{std::string(name), std::string(value), {}};
  for (const AccessKey& access_key : told.access_keys) {
    const std::string key = access_key_key(access_key.id.text());
    COFFER_ASSIGN(const auto stored, parts_.store.get(key));
    if (!stored) return Error{ErrorCode::kConflict, "the secret of access key " + access_key.id.text() + " is missing"};
    COFFER_ASSIGN(const StoredAccessKey decoded, decode_access_key(stored->value));
    COFFER_ASSIGN(SecretBytes secret, parts_.region_key.unwrap(decoded.wrapped_secret, key));
    row.secrets.push_back(std::move(secret));
  }
  return row;
}

Result<home::ArrivedRow> IdentityStates::arriving(const home::StateId& id, const home::StateRow& row) const {
  if (id.account.empty() || !id.name.empty()) return Error{ErrorCode::kCorrupt, "identities of no account arrived"};
  COFFER_ASSIGN(const Told told, read(id.account, row.name, *row.value));
  // These become parts of keys.
  const bool has_sound_id = told.unique_id.empty() || is_unique_id(told.unique_id);
  const bool has_sound_alias = told.alias.empty() || is_account_alias(told.alias);
  const bool is_whole = told.name == own_name(row.name) && told.access_keys.size() == row.secrets.size();
  if (!has_sound_id || !has_sound_alias || !is_whole) {
    return Error{ErrorCode::kCorrupt, "an identity arrived that is not what it is called, or without its secrets"};
  }
  home::ArrivedRow arrived{*row.value, {}};
  if (!told.unique_id.empty()) arrived.attendants.push_back({unique_id_key(told.unique_id), id.account.text()});
  if (!told.alias.empty()) arrived.attendants.push_back({alias_key(told.alias), id.account.text()});
  for (size_t i = 0; i < told.access_keys.size(); ++i) {
    const std::string key = access_key_key(told.access_keys[i].id.text());
    const StoredAccessKey stored{id.account, told.unique_id, AccessKeyStatus::kActive, told.access_keys[i].created,
                                 parts_.region_key.wrap(row.secrets[i], key, parts_.random)};
    arrived.attendants.push_back({key, encode(stored)});
  }
  return arrived;
}

Result<std::vector<home::Attendant>> IdentityStates::attendants(const home::StateId& id, std::string_view name,
                                                                std::string_view value) const {
  COFFER_ASSIGN(const Told told, read(id.account, name, value));
  std::vector<home::Attendant> all;
  if (!told.unique_id.empty()) all.push_back({unique_id_key(told.unique_id), id.account.text()});
  if (!told.alias.empty()) all.push_back({alias_key(told.alias), id.account.text()});
  for (const AccessKey& access_key : told.access_keys) {
    all.push_back({access_key_key(access_key.id.text())});
    // Each region notes for itself when a key was used.
    all.push_back({access_key_use_key(access_key.id.text())});
  }
  return all;
}

}  // namespace coffer::iam
