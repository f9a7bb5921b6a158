#include "kms/key_store.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "crypto/digest.h"
#include "kms/ciphertext.h"
#include "kms/grant_rows.h"
#include "kms/lineage_changes.h"

namespace coffer::kms {
namespace {

constexpr size_t kCachedWeight = 20'000;
constexpr size_t kScanBatch = 1000;
constexpr size_t kBytesPerWeight = 4096;
constexpr std::string_view kManagedKeyDescription =
    "Default key that protects my Secrets Manager data when no other key is defined";

// A key counts twice, and more if its policy is long: what was compiled takes a multiple of the text.
size_t weigh(std::string_view, const OpenKey& key) {
  size_t size = 0;
  for (const policy::Statement& statement : key.view.policy->document().statements) {
    size += 256 * (1 + statement.actions.items.size() + statement.conditions.size());
    size += statement.principals ? 256 * statement.principals->items.size() : 0;
  }
  size += 256 * key.view.aliases.size();
  return 2 + size / kBytesPerWeight;
}

// A UUID made of a digest.
class DigestSource final : public Random {
 public:
  explicit DigestSource(const crypto::Digest& digest) : digest_(digest) {}
  void fill(std::span<std::byte> out) override {
    std::copy_n(std::as_bytes(std::span(digest_)).begin(), out.size(), out.begin());
  }

 private:
  const crypto::Digest digest_;
};

// The same whenever it is asked for: what is decided on before the key is made is what is made, also by two at once,
// and a refusal that names the key does not tell whether it exists. Default keys of earlier versions have other ids.
KeyName default_key_name(const AccountId& account, const Region& region) {
  crypto::Sha256 hash;
  hash.update(alias_arn(region, account, kSecretsManagerAlias));
  return {account, DigestSource(hash.finish()).uuid()};
}

size_t weigh_alias(std::string_view, const StoredAlias&) {
  return 2;
}

}  // namespace

const OpenMaterial* OpenKey::material(std::string_view name) const {
  if (name.empty()) return materials.empty() ? nullptr : &materials.front();
  // What is asked for most often is the newest.
  const auto found = std::ranges::find_if(materials.rbegin(), materials.rend(),
                                          [name](const OpenMaterial& one) { return one.id.starts_with(name); });
  return found == materials.rend() ? nullptr : &*found;
}

KeyStore::KeyStore(const Keyring::Parts& parts)
    : parts_(parts),
      keys_({.capacity = kCachedWeight, .weigh = weigh}),
      aliases_({.capacity = kCachedWeight, .weigh = weigh_alias}) {
  parts_.store.on_commit([this](store::Revision, const std::vector<store::Change>& changes) {
    for (const store::Change& change : changes) {
      if (is_alias_row(change.key)) aliases_.invalidate(change.key);
      if (is_key_row(change.key)) keys_.invalidate(change.key);
    }
  });
}

Result<OpenKeyPointer> KeyStore::find(std::string_view row_key) const {
  return keys_.get(row_key, [&]() -> Result<OpenKeyPointer> {
    COFFER_ASSIGN(const auto row, parts_.store.get(row_key));
    if (!row) return OpenKeyPointer();
    const auto name = parse_key_row(row_key);
    if (!name) return Error{ErrorCode::kCorrupt, "the row of a KMS key has an impossible name"};
    COFFER_ASSIGN(StoredKey stored, decode_key(*name, row->value, parts_.regions.self()));
    OpenKey key;
    key.header = ciphertext_header(*name, stored.current().id);
    key.unused_materials = stored.unused_materials;
    COFFER_ASSIGN(key.view.policy, compile_key_policy(stored.info, stored.policy, parts_.regions.self()));
    if (stored.info.state == KeyState::kEnabled) {
      for (const StoredMaterial& material : stored.materials) {
        COFFER_ASSIGN(auto opened, parts_.region_key.unwrap(material.wrapped, material_context(row_key, material)));
        if (opened.size() != crypto::kAeadKeySize) return Error{ErrorCode::kCorrupt, "a KMS key has a wrong size"};
        key.materials.push_back({material.id, crypto::AeadKey(std::move(opened), crypto::KeyUse::kOften)});
      }
    }
    COFFER_ASSIGN(key.view.aliases, aliases_of(stored));
    key.view.info = std::move(stored.info);
    return std::make_shared<const OpenKey>(std::move(key));
  });
}

Result<OpenKeyPointer> KeyStore::find(const KeyName& key) const {
  if (!is_key_id(key.id)) return OpenKeyPointer();
  return find(key_row(key));
}

Result<bool> KeyStore::was_deleted(const KeyName& key) const {
  COFFER_ASSIGN(const auto row, parts_.store.get(deleted_row(key)));
  return row.has_value();
}

StoredMaterial KeyStore::make_material(const StoredKey& key, MaterialCause cause) const {
  StoredMaterial material{{}, {}, parts_.clock.now(), cause};
  if (cause == MaterialCause::kCreation) {
    material.id = first_material_id(key.info.name);
  } else {
    // Ciphertexts know it by its first bytes only.
    const auto is_taken = [&key](std::string_view id) {
      return std::ranges::any_of(key.materials, [id](const StoredMaterial& other) {
        return std::string_view(other.id).substr(0, kMaterialNameSize) == id.substr(0, kMaterialNameSize);
      });
    };
    do {
      material.id.resize(kMaterialIdSize);
      parts_.random.fill(std::as_writable_bytes(std::span(material.id)));
    } while (is_taken(material.id));
  }
  const crypto::AeadKey fresh = crypto::AeadKey::generate(parts_.random);
  const std::string context = material_context(key_row(key.info.name), material);
  material.wrapped = parts_.region_key.wrap(fresh.material(), context, parts_.random);
  return material;
}

void KeyStore::add_key(StoredKey key, store::Transaction& transaction) const {
  key.materials.push_back(make_material(key, MaterialCause::kCreation));
  const std::string row_key = key_row(key.info.name);
  transaction.preconditions.push_back({row_key, 0});
  transaction.puts.push_back({row_key, encode_key(key)});
  if (key.info.rotation)
    transaction.puts.push_back({due_row(DueFor::kRotation, key.info.rotation->next, key.info.name), ""});
}

Result<OpenKeyPointer> KeyStore::default_key(const AccountId& account) {
  // The second look finds the key of whoever was faster; a third is never needed, because this key is never deleted.
  for (int attempt = 0; attempt < 2; ++attempt) {
    COFFER_ASSIGN(auto key, find_default_key(account));
    if (key) return key;
    Result<void> made = make_default_key(account);
    if (!made.ok() && made.error().code != ErrorCode::kConflict) return std::move(made).error();
  }
  return Error{ErrorCode::kCorrupt, "the account's default KMS key disappeared while it was made"};
}

Result<OpenKeyPointer> KeyStore::find_default_key(const AccountId& account) const {
  COFFER_ASSIGN(const auto target, find_alias(account, kSecretsManagerAlias));
  if (!target) return OpenKeyPointer();
  COFFER_ASSIGN(auto key, find(KeyName{account, target->key_id}));
  if (!key || !key->view.info.is_default)
    return Error{ErrorCode::kCorrupt, "alias/aws/secretsmanager names a KMS key that does not exist"};
  return key;
}

KeyInfo KeyStore::new_default_key(const AccountId& account) const {
  const Time now = parts_.clock.now();
  KeyInfo key;
  key.name = default_key_name(account, parts_.regions.self());
  key.is_default = true;
  key.description = kManagedKeyDescription;
  key.created = now;
  key.rotation = RotationSchedule{kDefaultRotationDays, now + std::chrono::hours(24) * kDefaultRotationDays};
  return key;
}

Result<KeyPointer> KeyStore::future_default_key(const AccountId& account) const {
  KeyView view{.info = new_default_key(account), .policy = {}, .aliases = {std::string(kSecretsManagerAlias)}};
  COFFER_ASSIGN(view.policy, compile_key_policy(view.info, {}, parts_.regions.self()));
  return std::make_shared<const KeyView>(std::move(view));
}

Result<void> KeyStore::make_default_key(const AccountId& account) {
  StoredKey key;
  key.info = new_default_key(account);
  key.aliases = {std::string(kSecretsManagerAlias)};
  const Time now = key.info.created;
  const std::string alias = alias_row(account, kSecretsManagerAlias);
  store::Transaction transaction;
  transaction.preconditions.push_back({alias, 0});
  transaction.puts.push_back({alias, encode_alias({key.info.name.id, now, now})});
  add_key(std::move(key), transaction);
  return commit(std::move(transaction));
}

KeyName KeyStore::draw_name(const AccountId& account, MultiRegion multi_region) const {
  std::string id = parts_.random.uuid();
  if (multi_region != MultiRegion::kNo) {
    std::erase(id, '-');
    id.insert(0, "mrk-");
  }
  return {account, std::move(id)};
}

Result<void> KeyStore::create(const NewKey& key) {
  StoredKey stored;
  stored.info.name = key.name;
  stored.info.description = key.description;
  stored.info.created = parts_.clock.now();
  if (is_multi_region_id(key.name.id)) {
    stored.info.multi_region = MultiRegion::kPrimary;
    stored.lineage.emplace().primary = parts_.regions.self();
  }
  stored.info.tags = key.tags;
  stored.policy = key.policy;
  store::Transaction transaction;
  add_key(std::move(stored), transaction);
  return commit(std::move(transaction));
}

Result<KeyStore::Current> KeyStore::load(const KeyName& key) const {
  const Error missing{ErrorCode::kNotFoundOnWire, "Key '" + key_arn(parts_.regions.self(), key) + "' does not exist"};
  if (!is_key_id(key.id)) return missing;
  COFFER_ASSIGN(const auto row, parts_.store.get(key_row(key)));
  if (!row) return missing;
  COFFER_ASSIGN(StoredKey stored, decode_key(key, row->value, parts_.regions.self()));
  return Current{std::move(stored), row->revision};
}

Result<KeyStore::Current> KeyStore::load_customer_key(const KeyName& key) const {
  COFFER_ASSIGN(Current current, load(key));
  if (current.key.info.is_default) return Error{ErrorCode::kAccessDenied, "An AWS managed key cannot be changed."};
  return current;
}

Result<void> KeyStore::refuse_pending(const KeyInfo& info) const {
  const bool waits = info.state == KeyState::kPendingReplicaDeletion;
  if (info.state != KeyState::kPendingDeletion && !waits) return {};
  return Error{ErrorCode::kKmsInvalidState, key_arn(parts_.regions.self(), info.name) +
                                                (waits ? " is pending replica deletion." : " is pending deletion.")};
}

Result<void> KeyStore::refuse_updating(const KeyInfo& info) const {
  if (!info.related || !info.related->is_updating) return {};
  return Error{ErrorCode::kKmsInvalidState, key_arn(parts_.regions.self(), info.name) + " is updating."};
}

Result<void> KeyStore::change(const KeyName& key, const Edit& edit) {
  return until_undisturbed([&]() -> Result<void> {
    COFFER_ASSIGN(const Current current, load_customer_key(key));
    StoredKey after = current.key;
    COFFER_TRY(edit(after));
    if (after == current.key) return {};
    return replace(current, after);
  });
}

Result<void> KeyStore::replace(const Current& before, StoredKey after) {
  const KeyName& key = before.key.info.name;
  count_change(before.key, after);
  store::Transaction transaction;
  // A mark for a region that is gone would be taken by nobody, and deleted by nobody once that one is forgotten. When
  // it comes again it is told of everything.
  std::vector<Region> gone;
  for (const Region& region : regions_to_tell(before.key, after)) {
    if (parts_.regions.was_removed(region)) {
      gone.push_back(region);
    } else {
      transaction.puts.push_back(mark_for(after, region));
    }
  }
  transaction.preconditions.push_back({key_row(key), before.revision});
  transaction.puts.push_back({key_row(key), encode_key(after)});
  // A key has a row in an index as long as something is to happen to it: see rotation_date().
  const auto follow = [&](DueFor what, const std::optional<Time>& old, const std::optional<Time>& now) {
    if (old == now) return;
    if (old) transaction.deletes.push_back(due_row(what, *old, key));
    if (now) transaction.puts.push_back({due_row(what, *now, key), ""});
  };
  follow(DueFor::kDeletion, before.key.info.deletion_date, after.info.deletion_date);
  follow(DueFor::kRotation, rotation_date(before.key.info), rotation_date(after.info));
  COFFER_TRY(commit(std::move(transaction)));
  // Which may have been just before that.
  std::erase_if(gone, [&](const Region& region) { return parts_.regions.was_removed(region); });
  store::Transaction marks;
  for (const Region& region : gone)
    marks.puts.push_back(mark_for(after, region));
  return marks.puts.empty() ? Result<void>() : commit(std::move(marks));
}

Result<size_t> KeyStore::for_each_due(DueFor what, const std::function<Result<bool>(const KeyName&, Time now)>& act) {
  const Time now = parts_.clock.now();
  size_t done = 0;
  std::optional<Error> first_error;
  store::ScanRange range{due_prefix(what), due_bound(what, now), kScanBatch};
  for (;;) {
    COFFER_ASSIGN(const auto rows, parts_.store.scan(range));
    for (const store::Row& row : rows) {
      const auto key = parse_due_row(what, row.key);
      const Result<bool> outcome =
          key ? act(*key, now) : Result<bool>(Error{ErrorCode::kCorrupt, "a row of an index of KMS keys is damaged"});
      if (outcome.ok()) {
        done += *outcome ? 1 : 0;
      } else if (outcome.error().code != ErrorCode::kNotFoundOnWire && !first_error) {
        first_error = outcome.error();
      }
    }
    if (rows.size() < kScanBatch) break;
    range.begin = rows.back().key + '\0';
  }
  if (first_error) return std::move(*first_error);
  return done;
}

Result<void> KeyStore::add_replica(const StoredKey& key) {
  store::Transaction transaction;
  transaction.preconditions.push_back({key_row(key.info.name), 0});
  transaction.puts.push_back({key_row(key.info.name), encode_key(key)});
  return commit(std::move(transaction));
}

Result<bool> KeyStore::erase(const KeyName& key, Time now) {
  COFFER_ASSIGN(const Current current, load_customer_key(key));
  const auto& due = current.key.info.deletion_date;
  if (!due || *due > now) return false;
  if (!current.key.is_ending) {
    // From here on nobody can cancel: a key that stays must not lose its grants.
    StoredKey ending = current.key;
    ending.is_ending = true;
    COFFER_TRY(replace(current, std::move(ending)));
  }
  if (current.key.is_replica()) return false;
  COFFER_ASSIGN(const Current ending, load_customer_key(key));
  // It may have heard meanwhile that another region has the primary, or that it is the primary itself, which outlives
  // its replicas.
  if (ending.key.is_replica() || !ending.key.is_ending) return false;
  COFFER_TRY(remove(ending));
  return true;
}

Result<void> KeyStore::erase_replica(const KeyName& key, uint64_t since, uint64_t generation) {
  return until_undisturbed([&]() -> Result<void> {
    Result<Current> current = load(key);
    if (!current.ok() && current.error().code == ErrorCode::kNotFoundOnWire) return {};
    if (!current.ok()) return std::move(current).error();
    if (!current->key.is_ending || current->key.lineage->since != since) return {};
    current->key.lineage->stamp.generation = generation;
    return remove(*current);
  });
}

Result<std::optional<Deletion>> KeyStore::deletion_of(const KeyName& key) const {
  COFFER_ASSIGN(const auto row, parts_.store.get(deleted_row(key)));
  return row ? decode_deletion(row->value) : std::nullopt;
}

Result<void> KeyStore::remove(const Current& current) {
  const KeyName& key = current.key.info.name;
  // There may be more of them than one transaction takes. Nobody can give a grant, or an alias, on a key that is
  // pending deletion, and nobody can cancel that of one that is ending.
  COFFER_TRY(erase_grants(parts_.store, key));
  store::Transaction transaction;
  transaction.preconditions.push_back({key_row(key), current.revision});
  transaction.deletes.push_back(key_row(key));
  transaction.deletes.push_back(due_row(DueFor::kDeletion, *current.key.info.deletion_date, key));
  const auto& lineage = current.key.lineage;
  const Deletion deletion{lineage ? lineage->stamp.generation : 0, current.key.is_primary()};
  transaction.puts.push_back({deleted_row(key), lineage ? encode_deletion(deletion) : ""});
  COFFER_ASSIGN(const auto aliases, aliases_of(current.key));
  for (const std::string& alias : aliases) {
    COFFER_ASSIGN(const auto row, parts_.store.get(alias_row(key.account, alias)));
    if (!row || !names(*row, key)) continue;
    transaction.preconditions.push_back({row->key, row->revision});
    transaction.deletes.push_back(row->key);
  }
  return commit(std::move(transaction));
}

Result<std::vector<KeyInfo>> KeyStore::list_keys(const AccountId& account, const Page& page) const {
  std::vector<KeyInfo> listed;
  store::ScanRange range = store::ScanRange::prefix(key_prefix(account), kScanBatch);
  if (!page.after.empty()) range.begin += page.after + '\0';
  while (listed.size() < page.limit) {
    range.limit = std::min(kScanBatch, page.limit - listed.size());
    COFFER_ASSIGN(const auto rows, parts_.store.scan(range));
    for (const store::Row& row : rows) {
      const auto name = parse_key_row(row.key);
      if (!name) return Error{ErrorCode::kCorrupt, "the row of a KMS key has an impossible name"};
      COFFER_ASSIGN(StoredKey key, decode_key(*name, row.value, parts_.regions.self()));
      listed.push_back(std::move(key.info));
    }
    if (rows.size() < range.limit) break;
    range.begin = rows.back().key + '\0';
  }
  return listed;
}

Result<std::vector<store::Row>> scan_all(const store::Store& store, std::string_view prefix) {
  std::vector<store::Row> all;
  store::ScanRange range = store::ScanRange::prefix(prefix, kScanBatch);
  for (;;) {
    COFFER_ASSIGN(auto rows, store.scan(range));
    const bool is_last = rows.size() < kScanBatch;
    if (!rows.empty()) range.begin = rows.back().key + '\0';
    std::ranges::move(rows, std::back_inserter(all));
    if (is_last) return all;
  }
}

Result<void> KeyStore::commit(store::Transaction transaction) {
  COFFER_TRY(parts_.store.commit(std::move(transaction)));
  return {};
}

}  // namespace coffer::kms
