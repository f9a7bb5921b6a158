#include "iam/access_keys.h"

#include <algorithm>

#include "iam/access_key_record.h"
#include "iam/entity_edit.h"
#include "iam/quotas.h"

namespace coffer::iam {
namespace {

// `edit(key)` of the user's key.
template <class Edit>
Result<void> edit_key(User& user, const AccessKeyId& id, const Edit& edit) {
  const auto found = std::ranges::find(user.access_keys, id, &AccessKey::id);
  if (found == user.access_keys.end()) return no_such_access_key(id.text());
  edit(found);
  return {};
}

}  // namespace

Result<NewAccessKey> create_access_key(IdentityStore& store, const EntityRef& ref) {
  const IdentityStore::Parts& parts = store.parts();
  NewAccessKey made{{draw_access_key_id(parts.random), AccessKeyStatus::kActive, {}}, draw_access_secret(parts.random)};
  COFFER_TRY(store.change(ref.account, [&](IdentityChange& change) {
    return edit_user(change, ref, [&](User& user) -> Result<void> {
      if (user.access_keys.size() >= kAccessKeysPerUser) return quota_exceeded("AccessKeysPerUser", kAccessKeysPerUser);
      made.key.created = change.time();
      user.access_keys.push_back(made.key);
      const std::string row = access_key_key(made.key.id.text());
      const StoredAccessKey stored{ref.account, user.unique_id, AccessKeyStatus::kActive, made.key.created,
                                   parts.region_key.wrap(made.secret, row, parts.random)};
      change.require(row, 0);
      change.put_row(row, encode(stored));
      return {};
    });
  }));
  return made;
}

Result<void> update_access_key(IdentityStore& store, const EntityRef& ref, const AccessKeyId& id,
                               AccessKeyStatus status) {
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_user(change, ref,
                     [&](User& user) { return edit_key(user, id, [status](auto key) { key->status = status; }); });
  });
}

Result<void> delete_access_key(IdentityStore& store, const EntityRef& ref, const AccessKeyId& id) {
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_user(change, ref, [&](User& user) {
      return edit_key(user, id, [&](auto key) {
        user.access_keys.erase(key);
        change.erase_row(access_key_key(id.text()));
        change.erase_row(access_key_use_key(id.text()));
      });
    });
  });
}

Result<std::optional<AccessKeyOwner>> access_key_owner(const store::Store& store, std::string_view access_key_id) {
  // What is no access key id must not become part of a row's key.
  if (!AccessKeyId::parse(access_key_id)) return std::optional<AccessKeyOwner>();
  COFFER_ASSIGN(const auto row, store.get(access_key_key(access_key_id)));
  if (!row) return std::optional<AccessKeyOwner>();
  COFFER_ASSIGN(StoredAccessKey stored, decode_access_key(row->value));
  return std::optional(AccessKeyOwner{std::move(stored.account), std::move(stored.user_id)});
}

}  // namespace coffer::iam
