#include "secrets/secret_reader.h"

#include <algorithm>

#include "secrets/record_codec.h"
#include "secrets/sealed_value.h"
#include "secrets/secret_rows.h"

namespace coffer::secrets {
namespace {

// Larger values are read from the store each time: the caches are bounded in entries, not in bytes.
constexpr size_t kMaxCachedValue = 8 * 1024;
constexpr size_t kMaxRows = 1000;

Error damaged(std::string_view name) {
  return Error{ErrorCode::kCorrupt, "the rows of secret " + std::string(name) + " are damaged"};
}

void merge(std::optional<Time>& known, Time noted) {
  if (!known || *known < noted) known = noted;
}

void merge(SecretView& view, const AccessDates& noted) {
  merge(view.last_accessed, noted.secret);
  for (const auto& [id, time] : noted.versions) {
    const auto found = std::ranges::find(
        view.version_last_accessed, id, [](const auto& entry) -> auto& { return entry.first; });
    if (found == view.version_last_accessed.end()) {
      view.version_last_accessed.emplace_back(id, time);
    } else {
      found->second = std::max(found->second, time);
    }
  }
}

Result<void> add_row(const store::Row& row, SecretView& view) {
  const auto key = parse_secret_row_key(row.key);
  if (!key) return damaged(view.secret.name);
  if (key->kind == RowKind::kProgress) {
    auto region = Region::parse(key->id);
    if (!region) return damaged(view.secret.name);
    COFFER_ASSIGN(ReplicaProgress progress, decode_progress(row.value));
    view.progress.emplace_back(std::move(*region), std::move(progress));
  } else if (key->kind == RowKind::kAccess) {
    COFFER_ASSIGN(const AccessDates dates, decode_access(row.value));
    merge(view, dates);
  }
  return {};
}

}  // namespace

SecretReader::SecretReader(const SecretStore::Parts& parts, const AccessRecorder& accesses)
    : parts_(parts), accesses_(accesses), views_(parts.cache_entries), values_(parts.cache_entries) {
  parts_.store.on_commit([this](store::Revision, const std::vector<store::Change>& changes) {
    for (const store::Change& change : changes) {
      const auto key = parse_secret_row_key(change.key);
      if (!key) continue;
      views_.invalidate(key->prefix);
      if (key->kind == RowKind::kValue) values_.invalidate(change.key);
    }
  });
}

Result<SecretPointer> SecretReader::find(const AccountId& account, std::string_view name) const {
  if (name.size() > kMaxNameSize) return SecretPointer();
  return views_.get(RowKey(account, name).text(), [&] { return load(account, name); });
}

Result<SecretPointer> SecretReader::load(const AccountId& account, std::string_view name) const {
  if (name.size() > kMaxNameSize) return SecretPointer();
  const std::string prefix = secret_prefix(account, name);
  // Before the scan: what flush() moves from the one place to the other meanwhile is then seen at least once.
  const std::optional<PendingAccess> noted = accesses_.pending(prefix);
  // Rows are sorted by kind: access dates, record, progress, and then the values, which are not wanted here.
  COFFER_ASSIGN(const auto rows, parts_.store.scan({prefix + "a", prefix + "v", kMaxRows}));
  auto view = std::make_shared<SecretView>();
  const std::string record = prefix + "m";
  const auto found = std::ranges::find(rows, record, &store::Row::key);
  if (found == rows.end()) return SecretPointer();
  COFFER_ASSIGN(view->secret, decode_secret(account, name, found->value));
  view->revision = found->revision;
  view->arn = view->secret.arn(parts_.region);
  for (const store::Row& row : rows)
    COFFER_TRY(add_row(row, *view));
  if (noted && noted->suffix == view->secret.suffix) merge(*view, noted->dates);
  return SecretPointer(std::move(view));
}

Result<SecretBytes> SecretReader::read_value(const SecretView& view, const VersionId& version) const {
  COFFER_ASSIGN(const SealedValue sealed, sealed_value(view, version));
  if (!sealed) {
    return Error{ErrorCode::kNotFound, "secret " + view.secret.name + " has no value for version " + version.text()};
  }
  const ValueContext context{view.secret.account, view.arn, version};
  Result<SecretBytes> value = open_value(parts_.keyring, context, *sealed);
  if (value.ok() || value.error().code != ErrorCode::kDecryptionFailure) return value;
  // Deleted and made again since the view was taken: the value of that view is gone, and nothing is damaged.
  COFFER_ASSIGN(const SecretPointer now, load(view.secret.account, view.secret.name));
  if (now && now->secret.suffix == view.secret.suffix) return value;
  return Error{ErrorCode::kNotFound, "secret " + view.secret.name + " was replaced while it was read"};
}

void SecretReader::forget(const AccountId& account, std::string_view name) {
  views_.invalidate(RowKey(account, name).text());
}

Result<SecretReader::SealedValue> SecretReader::sealed_value(const SecretView& view, const VersionId& version) const {
  RowKey key(view.secret.account, view.secret.name);
  key.append("v/").append(version.text());
  SealedValue large;
  COFFER_ASSIGN(SealedValue found, values_.get(key.text(), [&]() -> Result<SealedValue> {
    COFFER_ASSIGN(auto row, parts_.store.get(key.text()));
    if (!row) return SealedValue();
    auto sealed = std::make_shared<const std::string>(std::move(row->value));
    if (sealed->size() <= kMaxCachedValue) return SealedValue(std::move(sealed));
    large = std::move(sealed);  // a null pointer is what the cache does not keep
    return SealedValue();
  }));
  return large ? large : found;
}

}  // namespace coffer::secrets
