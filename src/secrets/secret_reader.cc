#include "secrets/secret_reader.h"

#include <algorithm>

#include "secrets/record_codec.h"
#include "secrets/sealed_value.h"
#include "secrets/secret_rows.h"
#include "secrets/version_stages.h"

namespace coffer::secrets {
namespace {

// Larger values are read from the store each time: few of them would take the place of many secrets.
constexpr size_t kMaxKeptValue = 8 * 1024;
constexpr size_t kViewsShare = 8;      // the parsed views' part of the memory is one of these
constexpr size_t kPoliciesShare = 64;  // few, since many secrets have the same policy
constexpr uint32_t kMissesPerReplacement = 8;
constexpr size_t kEntry = 160;  // what the cache takes for an entry beside its key and its value

Error damaged(std::string_view name) {
  return Error{ErrorCode::kCorrupt, "the rows of secret " + std::string(name) + " are damaged"};
}

// Damage of this region, answered 5xx, so that clients turn to another one. What its owner did to a key is not damage:
// that is kDecryptionFailure.
Error does_not_open(const SecretView& view, const VersionId& version, const Error& cause) {
  return Error{ErrorCode::kCorrupt, "the value of version " + version.text() + " of secret " + view.secret.name +
                                        " does not open: " + cause.message};
}

size_t weigh_packed(std::string_view key, const PackedSecret& packed) {
  return kEntry + key.size() + packed.weight();
}

// A parsed record is about four times as large as its row, and keeps the rows alive.
size_t weigh_view(std::string_view key, const SecretView& view) {
  const size_t record = view.packed->rows().record.size();
  return kEntry + key.size() + sizeof(SecretView) + 4 * record + view.packed->weight();
}

// The row of access dates with those that were noted and not written yet.
Result<std::string> merged_access(std::string_view row, const AccessDates& noted) {
  SecretView dates;
  if (!row.empty()) {
    COFFER_ASSIGN(const AccessDates written, decode_access(row));
    merge(dates, written);
  }
  merge(dates, noted);
  return encode_access({.secret = dates.last_accessed,
                        .versions = std::move(dates.version_last_accessed),
                        .copies = std::move(dates.copies_last_accessed)});
}

bool is_current(const SecretView& view, const VersionId& version) {
  const Version* const current = view.secret.version_with(kAwsCurrent);
  return current != nullptr && &current->id == &version;
}

}  // namespace

SecretReader::SecretReader(const SecretStore::Parts& parts, const AccessRecorder& accesses)
    : parts_(parts),
      accesses_(accesses),
      policies_(parts.cache_bytes / kPoliciesShare),
      packed_({.capacity = parts.cache_bytes - parts.cache_bytes / kViewsShare, .weigh = weigh_packed}),
      views_({.capacity = parts.cache_bytes / kViewsShare,
              .weigh = weigh_view,
              .misses_per_replacement = kMissesPerReplacement}) {
  parts_.store.on_commit([this](store::Revision, const std::vector<store::Change>& changes) {
    for (const store::Change& change : changes) {
      const auto key = parse_secret_row_key(change.key);
      // What the recorder writes was known before: keep_access() has seen to that.
      if (key && (key->kind != RowKind::kAccess || change.deleted)) invalidate(key->prefix);
    }
  });
}

// The views last: one that is parsed from old rows meanwhile is then not kept.
void SecretReader::invalidate(std::string_view key) {
  packed_.invalidate(key);
  views_.invalidate(key);
}

Result<SecretPointer> SecretReader::find(const AccountId& account, std::string_view name) const {
  if (name.size() > kMaxNameSize) return SecretPointer();
  const RowKey key(account, name);
  return views_.get(key.text(), [&] { return unpack(account, name, key.text()); });
}

Result<SecretPointer> SecretReader::look(const AccountId& account, std::string_view name) const {
  if (name.size() > kMaxNameSize) return SecretPointer();
  const RowKey key(account, name);
  SecretPointer view = views_.find(key.text());
  if (view) return view;
  return unpack(account, name, key.text());
}

Result<SecretPointer> SecretReader::load(const AccountId& account, std::string_view name) const {
  if (name.size() > kMaxNameSize) return SecretPointer();
  COFFER_ASSIGN(std::optional<Fetched> fetched, fetch(account, name));
  return fetched ? parse(std::move(fetched->secret), fetched->packed) : SecretPointer();
}

Result<SecretPointer> SecretReader::unpack(const AccountId& account, std::string_view name,
                                           std::string_view key) const {
  std::optional<Secret> parsed;
  COFFER_ASSIGN(const PackedPointer packed, packed_.get(key, [&]() -> Result<PackedPointer> {
    COFFER_ASSIGN(std::optional<Fetched> fetched, fetch(account, name));
    if (!fetched) return PackedPointer();
    parsed = std::move(fetched->secret);
    return fetched->packed;
  }));
  if (!packed) return SecretPointer();
  if (parsed) return parse(std::move(*parsed), packed);
  COFFER_ASSIGN(Secret secret, decode_secret(account, name, packed->rows().record));
  return parse(std::move(secret), packed);
}

// By their keys: a scan also goes over the versions of rows that the engine has not dropped yet, and this is what each
// change begins with.
Result<std::optional<SecretReader::Fetched>> SecretReader::fetch(const AccountId& account,
                                                                 std::string_view name) const {
  constexpr int kAttempts = 50;
  const std::string prefix = secret_prefix(account, name);
  for (int i = 0; i < kAttempts; ++i) {
    // Before the look: what flush() moves from the one place to the other meanwhile is then seen at least once.
    const std::optional<PendingAccess> noted = accesses_.pending(prefix);
    COFFER_ASSIGN(const auto record, parts_.store.get(record_key(account, name)));
    if (!record) return std::optional<Fetched>();
    COFFER_ASSIGN(Secret secret, decode_secret(account, name, record->value));
    OtherRows others;
    COFFER_ASSIGN(const bool is_one_moment, fetch_beside(secret, record->revision, others));
    if (!is_one_moment) continue;
    if (noted && noted->suffix == secret.suffix) {
      COFFER_ASSIGN(others.access, merged_access(others.access, noted->dates));
    }
    PackedSecret::Rows rows{
        .revision = record->revision, .record = record->value, .access = others.access, .progress = {}, .value = {}};
    rows.progress.assign(others.progress.begin(), others.progress.end());
    return std::optional(Fetched{std::make_shared<const PackedSecret>(rows), std::move(secret)});
  }
  return Error{ErrorCode::kServiceUnavailable, "the secret is being changed by others all the time"};
}

Result<bool> SecretReader::fetch_beside(const Secret& secret, store::Revision revision, OtherRows& rows) const {
  COFFER_ASSIGN(auto access, parts_.store.get(access_key(secret.account, secret.name)));
  if (access) rows.access = std::move(access->value);
  // Those of regions that are none of its replicas count for nothing: update_transaction() lets none stay.
  for (const ReplicaRegion& replica : secret.replicas) {
    COFFER_ASSIGN(auto progress, parts_.store.get(progress_key(secret.account, secret.name, replica.region)));
    if (progress) rows.progress.emplace_back(replica.region.text(), std::move(progress->value));
  }
  COFFER_ASSIGN(const auto record, parts_.store.get(record_key(secret.account, secret.name)));
  return record && record->revision == revision;
}

Result<SecretPointer> SecretReader::parse(Secret secret, const PackedPointer& packed) const {
  auto view = std::make_shared<SecretView>();
  const PackedSecret::Rows rows = packed->rows();
  view->secret = std::move(secret);
  COFFER_ASSIGN(view->policy, policies_.compiled(view->secret));
  view->revision = rows.revision;
  view->arn = view->secret.arn(parts_.region);
  for (const auto& [name_of_region, row] : rows.progress) {
    auto region = Region::parse(name_of_region);
    if (!region) return damaged(view->secret.name);
    COFFER_ASSIGN(ReplicaProgress progress, decode_progress(row));
    view->progress.emplace_back(std::move(*region), std::move(progress));
  }
  if (!rows.access.empty()) {
    COFFER_ASSIGN(const AccessDates dates, decode_access(rows.access));
    merge(*view, dates);
  }
  view->packed = packed;
  return SecretPointer(std::move(view));
}

Result<SecretBytes> SecretReader::read_value(const SecretView& view, const VersionId& version) const {
  const ValueContext context{view.secret.account, view.arn, version};
  const bool may_be_kept = view.packed != nullptr && is_current(view, version);
  if (const auto sealed = may_be_kept ? view.packed->value() : std::nullopt) {
    Result<SecretBytes> value = open_value(parts_.keyring, context, *sealed);
    // It opened before, so it is the key that is lost.
    if (value.ok() || value.error().code != ErrorCode::kCorrupt) return value;
    return does_not_open(view, version, value.error());
  }
  RowKey key(view.secret.account, view.secret.name);
  key.append("v/").append(version.text());
  COFFER_ASSIGN(auto row, parts_.store.get(key.text()));
  if (!row) {
    return Error{ErrorCode::kNotFound, "secret " + view.secret.name + " has no value for version " + version.text()};
  }
  Result<SecretBytes> value = open_value(parts_.keyring, context, row->value);
  if (value.ok()) {
    if (may_be_kept && row->value.size() <= kMaxKeptValue) keep_value(view, row->value);
    return value;
  }
  if (value.error().code != ErrorCode::kCorrupt) return value;
  // Deleted and made again since the view was taken: the value of that view is gone, and nothing is damaged.
  COFFER_ASSIGN(const SecretPointer now, load(view.secret.account, view.secret.name));
  if (now && now->secret.suffix == view.secret.suffix) return does_not_open(view, version, value.error());
  return Error{ErrorCode::kNotFound, "secret " + view.secret.name + " was replaced while it was read"};
}

// Only in the place of the rows that the view was parsed from: what a commit has put there meanwhile stays.
void SecretReader::keep_value(const SecretView& view, std::string_view sealed) const {
  const RowKey key(view.secret.account, view.secret.name);
  packed_.replace(key.text(), view.packed.get(), view.packed->with_value(sealed));
  // The next find() parses the rows with the value.
  views_.replace(key.text(), &view, nullptr);
}

void SecretReader::keep_access(const SecretView& view, const AccessDates& noted) {
  const RowKey key(view.secret.account, view.secret.name);
  if (!keep_access(key.text(), view.revision, noted)) packed_.invalidate(key.text());
  views_.invalidate(key.text());
}

bool SecretReader::keep_access(std::string_view key, store::Revision revision, const AccessDates& noted) const {
  const PackedPointer packed = packed_.find(key);
  // Of another revision: it may be another secret of that name.
  if (packed == nullptr || packed->rows().revision != revision) return false;
  const Result<std::string> access = merged_access(packed->rows().access, noted);
  return access.ok() && packed_.replace(key, packed.get(), packed->with_access(*access));
}

}  // namespace coffer::secrets
