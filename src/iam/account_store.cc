#include "iam/account_store.h"

#include "iam/access_key_record.h"
#include "iam/account_rows.h"
#include "iam/account_states.h"
#include "iam/identity_rows.h"
#include "store/row_cache.h"

namespace coffer::iam {
namespace {

using std::string_view_literals::operator""sv;

constexpr size_t kCachedCredentials = 100'000;
constexpr size_t kCachedStatuses = 100'000;
constexpr size_t kScanPage = 1000;
constexpr int kAttempts = 8;

Error damaged(std::string_view what) {
  return Error{ErrorCode::kCorrupt, "the record of " + std::string(what) + " is damaged"};
}

AccountSummary summary_of(const AccountId& id, const StoredAccount& account) {
  return {id, account.name, account.created, account.status, account.root_access_key};
}

}  // namespace

class AccountStore::Impl {
 public:
  explicit Impl(const Parts& parts) : parts_(parts), credentials_(kCachedCredentials), statuses_(kCachedStatuses) {
    parts_.store.on_commit([this](store::Revision, const std::vector<store::Change>& changes) {
      for (const store::Change& change : changes) {
        if (change.key.starts_with("ak\0"sv)) credentials_.invalidate(change.key);
        if (change.key.starts_with("a\0"sv)) statuses_.invalidate(change.key);
      }
    });
  }

  Result<NewAccount> create(std::string_view name, const std::optional<AccountId>& id) {
    COFFER_TRY(parts_.home.require_here());
    if (!is_account_name(name)) {
      return Error{ErrorCode::kUsage, "an account's name has 1 to 50 letters, digits, spaces, or any of ._-"};
    }
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      NewAccount made{id ? *id : draw_id(), std::string(name), draw_access_key_id(parts_.random),
                      draw_access_secret(parts_.random)};
      COFFER_ASSIGN(const auto same_name, parts_.store.get(account_name_key(name)));
      if (same_name) {
        return Error{ErrorCode::kUsage, "there is an account named " + made.name + " already: " + same_name->value};
      }
      COFFER_ASSIGN(const auto same_id, parts_.store.get(account_record_key(made.id)));
      if (same_id && id) return Error{ErrorCode::kUsage, "there is an account " + id->text() + " already"};
      if (same_id) continue;
      COFFER_ASSIGN(const bool committed, commit(made.id, 1, new_rows(made)));
      if (committed) return made;
    }
    return Error{ErrorCode::kIo, "no free account id was found: try again"};
  }

  Result<void> close(const AccountId& id) {
    COFFER_TRY(parts_.home.require_here());
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      COFFER_ASSIGN(const auto row, parts_.store.get(account_record_key(id)));
      if (!row) return Error{ErrorCode::kNotFound, "there is no account " + id.text()};
      COFFER_ASSIGN(StoredAccount account, decode_stored_account(row->value));
      if (account.status == AccountStatus::kSuspended) return {};
      account.status = AccountStatus::kSuspended;
      ++account.generation;
      store::Transaction transaction;
      transaction.preconditions.push_back({account_record_key(id), row->revision});
      transaction.puts.push_back({account_record_key(id), encode(account)});
      COFFER_ASSIGN(const bool committed, commit(id, account.generation, std::move(transaction)));
      if (committed) return {};
    }
    return Error{ErrorCode::kIo, "account " + id.text() + " could not be closed: its row keeps changing"};
  }

  Result<bool> exists(const AccountId& id) const {
    COFFER_ASSIGN(const auto row, parts_.store.get(account_record_key(id)));
    return row.has_value();
  }

  Result<std::optional<AccountSummary>> describe(const AccountId& id) const {
    COFFER_ASSIGN(const auto row, parts_.store.get(account_record_key(id)));
    if (!row) return std::optional<AccountSummary>();
    COFFER_ASSIGN(const StoredAccount account, decode_stored_account(row->value));
    return std::optional(summary_of(id, account));
  }

  Result<std::optional<AccountStatus>> status(const AccountId& id) const {
    const std::string row_key = account_record_key(id);
    COFFER_ASSIGN(const auto known, statuses_.get(row_key, [&]() -> Result<std::shared_ptr<const AccountStatus>> {
      COFFER_ASSIGN(const auto row, parts_.store.get(row_key));
      if (!row) return std::shared_ptr<const AccountStatus>();
      COFFER_ASSIGN(const StoredAccount account, decode_stored_account(row->value));
      return std::make_shared<const AccountStatus>(account.status);
    }));
    return known != nullptr ? std::optional(*known) : std::nullopt;
  }

  Result<std::vector<AccountSummary>> list() const {
    std::vector<AccountSummary> accounts;
    store::ScanRange range = store::ScanRange::prefix(account_record_family(), kScanPage);
    for (;;) {
      COFFER_ASSIGN(const auto rows, parts_.store.scan(range));
      for (const store::Row& row : rows) {
        const auto id = AccountId::parse(std::string_view(row.key).substr(account_record_family().size()));
        if (!id) return damaged("an account");
        COFFER_ASSIGN(const StoredAccount account, decode_stored_account(row.value));
        accounts.push_back(summary_of(*id, account));
      }
      if (rows.size() < kScanPage) return accounts;
      range.begin = rows.back().key + '\0';
    }
  }

  // The root user's key; a null pointer for those of users, too.
  Result<std::shared_ptr<const auth::Credential>> find(std::string_view access_key_id) const {
    using Pointer = std::shared_ptr<const auth::Credential>;
    // What is no access key id must not become part of a row's key.
    if (!AccessKeyIdTag::is_valid(access_key_id)) return Pointer();
    const std::string row_key = access_key_key(access_key_id);
    return credentials_.get(row_key, [&]() -> Result<Pointer> {
      COFFER_ASSIGN(const auto row, parts_.store.get(row_key));
      if (!row) return Pointer();
      COFFER_ASSIGN(const StoredAccessKey key, decode_access_key(row->value));
      if (!key.user_id.empty()) return Pointer();
      COFFER_ASSIGN(auto secret, parts_.region_key.unwrap(key.wrapped_secret, row_key));
      auth::Caller caller{key.account, auth::PrincipalKind::kRoot, "arn:aws:iam::" + key.account.text() + ":root",
                          *AccessKeyId::parse(access_key_id), key.account.text()};
      const auto state = key.status == AccessKeyStatus::kActive ? auth::KeyState::kActive : auth::KeyState::kInactive;
      return std::make_shared<const auth::Credential>(std::move(caller), std::move(secret), state);
    });
  }

  Result<NewAccount> root_credentials(const AccountId& id) const {
    COFFER_ASSIGN(const auto row, parts_.store.get(account_record_key(id)));
    if (!row) return Error{ErrorCode::kNotFound, "there is no account " + id.text()};
    COFFER_ASSIGN(StoredAccount account, decode_stored_account(row->value));
    COFFER_ASSIGN(const auto credential, find(account.root_access_key.text()));
    if (!credential) return damaged("an account");
    return NewAccount{id, std::move(account.name), account.root_access_key, credential->secret_access_key().clone()};
  }

 private:
  AccountId draw_id() { return *AccountId::parse(parts_.random.text(12, "0123456789")); }

  store::Transaction new_rows(const NewAccount& made) const {
    const StoredAccount account{made.name, parts_.clock.now(), 1, made.access_key_id, AccountStatus::kActive};
    const std::string key_row = access_key_key(made.access_key_id.text());
    const StoredAccessKey key{made.id,
                              {},
                              AccessKeyStatus::kActive,
                              account.created,
                              parts_.region_key.wrap(made.secret_access_key, key_row, parts_.random)};
    store::Transaction transaction;
    transaction.puts = {{account_record_key(made.id), encode(account)},
                        {account_name_key(made.name), made.id.text()},
                        {key_row, encode(key)}};
    for (const store::Put& put : transaction.puts)
      transaction.preconditions.push_back({put.key, 0});
    return transaction;
  }

  // With what makes the other regions hear of it. False when somebody else came first.
  Result<bool> commit(const AccountId& id, uint64_t generation, store::Transaction transaction) {
    Result<void> done = parts_.home.complete({state_of_account(id), generation, {}}, transaction);
    if (done.ok()) {
      const Result<store::Revision> committed = parts_.store.commit(std::move(transaction));
      if (!committed.ok()) done = committed.error();
    }
    if (done.ok()) return true;
    if (done.error().code == ErrorCode::kConflict) return false;
    return done.error();
  }

  const Parts parts_;
  mutable store::RowCache<auth::Credential> credentials_;
  mutable store::RowCache<AccountStatus> statuses_;
};

AccountStore::AccountStore(const Parts& parts) : impl_(std::make_unique<Impl>(parts)) {}
AccountStore::~AccountStore() = default;

Result<NewAccount> AccountStore::create(std::string_view name, std::optional<AccountId> id) {
  return impl_->create(name, id);
}

Result<void> AccountStore::close(const AccountId& id) {
  return impl_->close(id);
}

Result<bool> AccountStore::exists(const AccountId& id) const {
  return impl_->exists(id);
}

Result<std::optional<AccountSummary>> AccountStore::describe(const AccountId& id) const {
  return impl_->describe(id);
}

Result<std::optional<AccountStatus>> AccountStore::status(const AccountId& id) const {
  return impl_->status(id);
}

Result<std::vector<AccountSummary>> AccountStore::list() const {
  return impl_->list();
}

Result<NewAccount> AccountStore::root_credentials(const AccountId& id) const {
  return impl_->root_credentials(id);
}

Result<std::shared_ptr<const auth::Credential>> AccountStore::find(const auth::ClaimedCredential& claimed) const {
  // Long-term keys have no session token; one that comes along was meant for other credentials.
  if (claimed.session_token) return std::shared_ptr<const auth::Credential>();
  COFFER_ASSIGN(auto credential, impl_->find(claimed.access_key_id));
  if (credential == nullptr) return credential;
  COFFER_ASSIGN(const auto status, impl_->status(credential->caller().account));
  if (status == AccountStatus::kActive) return credential;
  return std::shared_ptr<const auth::Credential>();
}

}  // namespace coffer::iam
