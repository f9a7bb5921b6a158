#include "iam/long_term_credentials.h"

#include <algorithm>

#include "iam/access_key_record.h"
#include "iam/entities.h"
#include "iam/identity_rows.h"
#include "store/keys.h"

namespace coffer::iam {
namespace {

using std::string_view_literals::operator""sv;

constexpr size_t kCachedCredentials = 100'000;

}  // namespace

// A key whose secret was opened. The credential of a user's key is made anew when its user is renamed, or the key's
// state changes.
struct LongTermCredentials::Known {
  std::string user_id;  // empty: the root user's
  std::shared_ptr<const auth::Credential> credential;
};

LongTermCredentials::LongTermCredentials(store::Store& store, const seal::RegionKey& region_key,
                                         const IdentityCache& cache)
    : store_(store),
      region_key_(region_key),
      cache_(cache),
      known_(std::make_unique<store::RowCache<Known>>(kCachedCredentials)) {
  store.on_commit([this](store::Revision, const std::vector<store::Change>& changes) {
    for (const store::Change& change : changes) {
      if (change.key.starts_with("ak\0"sv)) known_->invalidate(change.key);
    }
  });
}
LongTermCredentials::~LongTermCredentials() = default;

Result<std::shared_ptr<const auth::Credential>> LongTermCredentials::find(
    const auth::ClaimedCredential& claimed) const {
  using Pointer = std::shared_ptr<const auth::Credential>;
  // Long-term keys have no session token; one that comes along was meant for other credentials. What is no access key
  // id must not become part of a row's key.
  if (claimed.session_token || !AccessKeyIdTag::is_valid(claimed.access_key_id)) return Pointer();
  // One buffer per thread: this runs for every request.
  thread_local std::string row_key;
  row_key.assign("ak").push_back(store::kSeparator);
  row_key.append(claimed.access_key_id);
  COFFER_ASSIGN(const auto known, known_->get(row_key, [&] { return load(claimed.access_key_id, row_key); }));
  if (known == nullptr) return Pointer();
  if (known->user_id.empty()) return known->credential;
  return of_user(known, row_key);
}

Result<std::shared_ptr<const LongTermCredentials::Known>> LongTermCredentials::load(std::string_view access_key_id,
                                                                                    std::string_view row_key) const {
  COFFER_ASSIGN(const auto row, store_.get(row_key));
  if (!row) return std::shared_ptr<const Known>();
  COFFER_ASSIGN(StoredAccessKey key, decode_access_key(row->value));
  COFFER_ASSIGN(SecretBytes secret, region_key_.unwrap(key.wrapped_secret, row_key));
  const bool is_root = key.user_id.empty();
  auth::Caller caller{key.account, is_root ? auth::PrincipalKind::kRoot : auth::PrincipalKind::kUser,
                      // Of a user, of_user() knows it.
                      is_root ? "arn:aws:iam::" + key.account.text() + ":root" : std::string(),
                      *AccessKeyId::parse(access_key_id), is_root ? key.account.text() : key.user_id};
  const auto state = key.status == AccessKeyStatus::kActive ? auth::KeyState::kActive : auth::KeyState::kInactive;
  return std::make_shared<const Known>(Known{
      std::move(key.user_id), std::make_shared<const auth::Credential>(std::move(caller), std::move(secret), state)});
}

Result<std::shared_ptr<const auth::Credential>> LongTermCredentials::of_user(const std::shared_ptr<const Known>& known,
                                                                             std::string_view row_key) const {
  using Pointer = std::shared_ptr<const auth::Credential>;
  const auth::Credential& credential = *known->credential;
  COFFER_ASSIGN(const SnapshotPointer snapshot, cache_.snapshot(credential.caller().account));
  const Identity* const identity = snapshot->by_unique_id(known->user_id);
  if (identity == nullptr) return Pointer();
  const User* const user = snapshot->entities().user(identity->name);
  if (user == nullptr) return Pointer();
  const auto key = std::ranges::find(user->access_keys, credential.caller().access_key, &AccessKey::id);
  if (key == user->access_keys.end()) return Pointer();
  const auto state = key->status == AccessKeyStatus::kActive ? auth::KeyState::kActive : auth::KeyState::kInactive;
  if (credential.caller().arn == identity->arn && credential.state() == state) return known->credential;

  auth::Caller caller = credential.caller();
  caller.arn = identity->arn;
  auto renewed =
      std::make_shared<const auth::Credential>(std::move(caller), credential.secret_access_key().clone(), state);
  known_->replace(row_key, known.get(), std::make_shared<const Known>(Known{known->user_id, renewed}));
  return renewed;
}

}  // namespace coffer::iam
