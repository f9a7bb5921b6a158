#include "iam/account_store.h"

#include <algorithm>

#include "iam/access_key_record.h"
#include "iam/identity_rows.h"
#include "iam/records.pb.h"
#include "store/keys.h"

namespace coffer::iam {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kAccountFamily = "a";
constexpr std::string_view kNameFamily = "an";
constexpr size_t kCachedCredentials = 100'000;
constexpr size_t kCachedStatuses = 100'000;
constexpr size_t kScanPage = 1000;
constexpr int kAttempts = 8;

std::string account_row(const AccountId& id) {
  return store::make_key(kAccountFamily, {id.text()});
}
std::string name_row(std::string_view name) {
  return store::make_key(kNameFamily, {name});
}

bool is_valid_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || " ._-"sv.contains(c);
  };
  return !name.empty() && name.size() <= 50 && std::ranges::all_of(name, allowed);
}

Time from_ms(int64_t milliseconds) {
  return Time(Duration(milliseconds));
}

Error damaged(std::string_view what) {
  return Error{ErrorCode::kCorrupt, "the record of " + std::string(what) + " is damaged"};
}

AccountRecord::Status to_record(AccountStatus status) {
  return status == AccountStatus::kActive ? AccountRecord::ACTIVE : AccountRecord::SUSPENDED;
}

// What a newer Coffer may have written must not be taken for active.
Result<AccountStatus> status_of(const AccountRecord& record) {
  switch (record.status()) {
    case AccountRecord::ACTIVE:
      return AccountStatus::kActive;
    case AccountRecord::SUSPENDED:
      return AccountStatus::kSuspended;
    default:
      return damaged("an account");
  }
}

Result<AccountSummary> summary_of(const AccountId& id, const store::Row& row) {
  AccountRecord record;
  if (!record.ParseFromString(row.value)) return damaged("an account");
  COFFER_ASSIGN(const AccountStatus status, status_of(record));
  const auto root_key = AccessKeyId::parse(record.root_access_key_id());
  if (!root_key) return damaged("an account");
  return AccountSummary{id, record.name(), from_ms(record.created_ms()), status, *root_key};
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
    if (!is_valid_name(name)) {
      return Error{ErrorCode::kUsage, "an account's name has 1 to 50 letters, digits, spaces, or any of ._-"};
    }
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      NewAccount made{id ? *id : draw_id(), std::string(name), draw_access_key_id(parts_.random),
                      draw_access_secret(parts_.random)};
      COFFER_ASSIGN(const auto same_name, parts_.store.get(name_row(name)));
      if (same_name) {
        return Error{ErrorCode::kUsage, "there is an account named " + made.name + " already: " + same_name->value};
      }
      COFFER_ASSIGN(const auto same_id, parts_.store.get(account_row(made.id)));
      if (same_id && id) return Error{ErrorCode::kUsage, "there is an account " + id->text() + " already"};
      if (same_id) continue;
      const AccountState state{.id = made.id,
                               .name = made.name,
                               .created = parts_.clock.now(),
                               .generation = 1,
                               .access_key_id = made.access_key_id,
                               .secret_access_key = made.secret_access_key.clone()};
      Result<store::Revision> committed = parts_.store.commit(transaction_of(state, 0));
      if (committed.ok()) return made;
      if (committed.error().code != ErrorCode::kConflict) return std::move(committed).error();
    }
    return Error{ErrorCode::kIo, "no free account id was found: try again"};
  }

  Result<void> close(const AccountId& id) {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      COFFER_ASSIGN(const auto row, parts_.store.get(account_row(id)));
      if (!row) return Error{ErrorCode::kNotFound, "there is no account " + id.text()};
      AccountRecord record;
      if (!record.ParseFromString(row->value)) return damaged("an account");
      COFFER_ASSIGN(const AccountStatus status, status_of(record));
      if (status == AccountStatus::kSuspended) return {};
      record.set_status(AccountRecord::SUSPENDED);
      record.set_generation(record.generation() + 1);
      store::Transaction transaction;
      transaction.preconditions.push_back({account_row(id), row->revision});
      transaction.puts.push_back({account_row(id), record.SerializeAsString()});
      add_marks(id, record.generation(), transaction);
      Result<store::Revision> committed = parts_.store.commit(std::move(transaction));
      if (committed.ok()) return {};
      if (committed.error().code != ErrorCode::kConflict) return std::move(committed).error();
    }
    return Error{ErrorCode::kIo, "account " + id.text() + " could not be closed: its row keeps changing"};
  }

  Result<bool> exists(const AccountId& id) const {
    COFFER_ASSIGN(const auto row, parts_.store.get(account_row(id)));
    return row.has_value();
  }

  Result<std::optional<AccountSummary>> describe(const AccountId& id) const {
    COFFER_ASSIGN(const auto row, parts_.store.get(account_row(id)));
    if (!row) return std::optional<AccountSummary>();
    COFFER_ASSIGN(AccountSummary summary, summary_of(id, *row));
    return std::optional(std::move(summary));
  }

  Result<std::optional<AccountStatus>> status(const AccountId& id) const {
    const std::string row_key = account_row(id);
    COFFER_ASSIGN(const auto known, statuses_.get(row_key, [&]() -> Result<std::shared_ptr<const AccountStatus>> {
      COFFER_ASSIGN(const auto row, parts_.store.get(row_key));
      if (!row) return std::shared_ptr<const AccountStatus>();
      COFFER_ASSIGN(const AccountSummary summary, summary_of(id, *row));
      return std::make_shared<const AccountStatus>(summary.status);
    }));
    return known != nullptr ? std::optional(*known) : std::nullopt;
  }

  Result<std::vector<AccountSummary>> list() const {
    std::vector<AccountSummary> accounts;
    store::ScanRange range = store::ScanRange::prefix(store::make_key(kAccountFamily, {""}), kScanPage);
    for (;;) {
      COFFER_ASSIGN(const auto rows, parts_.store.scan(range));
      for (const store::Row& row : rows) {
        const auto parts = store::key_parts(kAccountFamily, row.key);
        const auto id = parts.size() == 1 ? AccountId::parse(parts[0]) : std::nullopt;
        if (!id) return damaged("an account");
        COFFER_ASSIGN(AccountSummary account, summary_of(*id, row));
        accounts.push_back(std::move(account));
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

  Result<std::optional<AccountState>> export_state(const AccountId& id) const {
    COFFER_ASSIGN(const auto row, parts_.store.get(account_row(id)));
    if (!row) return std::optional<AccountState>();
    AccountRecord record;
    if (!record.ParseFromString(row->value)) return damaged("an account");
    COFFER_ASSIGN(const AccountStatus status, status_of(record));
    const auto key_id = AccessKeyId::parse(record.root_access_key_id());
    if (!key_id) return damaged("an account");
    COFFER_ASSIGN(const auto credential, find(key_id->text()));
    if (!credential) return damaged("an account");
    return std::optional(AccountState{id, record.name(), from_ms(record.created_ms()), record.generation(), *key_id,
                                      credential->secret_access_key().clone(), status});
  }

  Result<void> apply_state(const AccountState& state) {
    if (!is_valid_name(state.name)) return Error{ErrorCode::kCorrupt, "an account arrived with an invalid name"};
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      COFFER_ASSIGN(const auto row, parts_.store.get(account_row(state.id)));
      if (row) {
        AccountRecord record;
        if (!record.ParseFromString(row->value)) return damaged("an account");
        if (record.generation() >= state.generation) return {};
      }
      store::Transaction transaction = transaction_of(state, row ? row->revision : 0);
      if (row) COFFER_TRY(drop_superseded(*row, state, transaction));
      Result<store::Revision> committed = parts_.store.commit(std::move(transaction));
      if (committed.ok()) return {};
      if (committed.error().code != ErrorCode::kConflict) return std::move(committed).error();
      COFFER_TRY(check_not_taken(state));
    }
    return Error{ErrorCode::kIo, "account " + state.id.text() + " could not be applied: its rows keep changing"};
  }

 private:
  // kInternalServiceError when the name or the key belongs to another account here, which no other attempt will change.
  Result<void> check_not_taken(const AccountState& state) const {
    COFFER_ASSIGN(const auto name, parts_.store.get(name_row(state.name)));
    if (name && name->value != state.id.text()) {
      return Error{ErrorCode::kInternalServiceError,
                   "account " + state.id.text() + " cannot be applied: its name is that of account " + name->value};
    }
    COFFER_ASSIGN(const auto row, parts_.store.get(access_key_key(state.access_key_id.text())));
    if (!row) return {};
    COFFER_ASSIGN(const StoredAccessKey key, decode_access_key(row->value));
    if (key.account == state.id) return {};
    return Error{
        ErrorCode::kInternalServiceError,
        "account " + state.id.text() + " cannot be applied: its access key is that of account " + key.account.text()};
  }

  AccountId draw_id() { return *AccountId::parse(parts_.random.text(12, "0123456789")); }

  // All rows of an account whose account row has `revision` now, and the marks that make the other regions hear of it.
  // Only the home region has peers to tell, see Parts::peers.
  store::Transaction transaction_of(const AccountState& state, store::Revision revision) const {
    AccountRecord account;
    account.set_name(state.name);
    account.set_created_ms(state.created.time_since_epoch().count());
    account.set_generation(state.generation);
    account.set_root_access_key_id(state.access_key_id.text());
    account.set_status(to_record(state.status));
    const std::string key_row = access_key_key(state.access_key_id.text());
    const StoredAccessKey key{state.id,
                              {},
                              AccessKeyStatus::kActive,
                              state.created,
                              parts_.region_key.wrap(state.secret_access_key, key_row, parts_.random)};

    store::Transaction transaction;
    transaction.preconditions.push_back({account_row(state.id), revision});
    if (revision == 0) {
      transaction.preconditions.push_back({key_row, 0});
      transaction.preconditions.push_back({name_row(state.name), 0});
    }
    transaction.puts = {{account_row(state.id), account.SerializeAsString()},
                        {name_row(state.name), state.id.text()},
                        {key_row, encode(key)}};
    add_marks(state.id, state.generation, transaction);
    return transaction;
  }

  void add_marks(const AccountId& id, uint64_t generation, store::Transaction& transaction) const {
    for (const Region& peer : parts_.peers) {
      transaction.puts.push_back(
          {store::OutboxKey{peer, "account", id, ""}.text(), store::OutboxMark{.generation = generation}.encode()});
    }
  }

  // A newer state may have another name or key: the rows of the old ones go in the same transaction.
  static Result<void> drop_superseded(const store::Row& row, const AccountState& state,
                                      store::Transaction& transaction) {
    AccountRecord old;
    if (!old.ParseFromString(row.value)) return damaged("an account");
    if (old.name() != state.name) transaction.deletes.push_back(name_row(old.name()));
    if (old.root_access_key_id() != state.access_key_id.text()) {
      transaction.deletes.push_back(access_key_key(old.root_access_key_id()));
    }
    return {};
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
  COFFER_ASSIGN(auto state, impl_->export_state(id));
  if (!state) return Error{ErrorCode::kNotFound, "there is no account " + id.text()};
  return NewAccount{state->id, state->name, state->access_key_id, std::move(state->secret_access_key)};
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

Result<std::optional<AccountState>> AccountStore::export_state(const AccountId& id) const {
  return impl_->export_state(id);
}

Result<void> AccountStore::apply_state(const AccountState& state) {
  return impl_->apply_state(state);
}

}  // namespace coffer::iam
