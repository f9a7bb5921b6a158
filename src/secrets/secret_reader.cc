#include "secrets/secret_reader.h"

#include <algorithm>

#include "secrets/record_codec.h"
#include "secrets/sealed_value.h"
#include "secrets/secret_rows.h"
#include "secrets/version_stages.h"

namespace coffer::secrets {
namespace {

// Larger values are read from the store each time: the cache is bounded in entries, not in bytes.
constexpr size_t kMaxHotValue = 8 * 1024;
constexpr size_t kMaxRows = 1000;

Error damaged(std::string_view name) {
  return Error{ErrorCode::kCorrupt, "the rows of secret " + std::string(name) + " are damaged"};
}

// Damage of this region, answered 5xx, so that clients turn to another one. What its owner did to a key is not damage:
// that is kDecryptionFailure.
Error does_not_open(const SecretView& view, const VersionId& version, const Error& cause) {
  return Error{ErrorCode::kCorrupt, "the value of version " + version.text() + " of secret " + view.secret.name +
                                        " does not open: " + cause.message};
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
    : parts_(parts), accesses_(accesses), views_(parts.cache_entries) {
  parts_.store.on_commit([this](store::Revision, const std::vector<store::Change>& changes) {
    for (const store::Change& change : changes) {
      const auto key = parse_secret_row_key(change.key);
      if (key) views_.invalidate(key->prefix);
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
  const ValueContext context{view.secret.account, view.arn, version};
  if (const std::string* const sealed = view.hot.find(version)) {
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
    const Version* const current = view.secret.version_with(kAwsCurrent);
    const bool is_hot = current != nullptr && &current->id == &version && row->value.size() <= kMaxHotValue;
    if (is_hot) view.hot.fill(version, std::move(row->value));
    return value;
  }
  if (value.error().code != ErrorCode::kCorrupt) return value;
  // Deleted and made again since the view was taken: the value of that view is gone, and nothing is damaged.
  COFFER_ASSIGN(const SecretPointer now, load(view.secret.account, view.secret.name));
  if (now && now->secret.suffix == view.secret.suffix) return does_not_open(view, version, value.error());
  return Error{ErrorCode::kNotFound, "secret " + view.secret.name + " was replaced while it was read"};
}

void SecretReader::forget(const AccountId& account, std::string_view name) {
  views_.invalidate(RowKey(account, name).text());
}

}  // namespace coffer::secrets
