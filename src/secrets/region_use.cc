// What ties this region to another one that is to go, or has gone.

#include <algorithm>

#include "secrets/secret_store_impl.h"

namespace coffer::secrets {
namespace {

constexpr size_t kPage = 500;
constexpr std::string_view kKind = "secret";

bool is_replicated_to(const Secret& secret, const Region& region) {
  return secret.role == Role::kPrimary &&
         std::ranges::find(secret.replicas, region, &ReplicaRegion::region) != secret.replicas.end();
}

Result<size_t> removals_owed_to(const Region& region, const store::Store& store) {
  size_t owed = 0;
  store::ScanRange range = store::ScanRange::prefix(store::OutboxKey::prefix(region), kPage);
  for (;;) {
    COFFER_ASSIGN(const auto rows, store.scan(range));
    for (const store::Row& row : rows) {
      const auto key = store::OutboxKey::parse(row.key);
      const auto mark = store::OutboxMark::parse(row.value);
      if (key && mark && key->kind == kKind && mark->action == store::OutboxMark::Action::kRemove) ++owed;
    }
    if (rows.size() < kPage) return owed;
    range.begin = rows.back().key + '\0';
  }
}

}  // namespace

Result<std::string> SecretStore::Impl::visit(std::string_view from, size_t limit,
                                             const std::function<void(const SecretView&)>& show) const {
  store::ScanRange range = store::ScanRange::prefix(std::string(kCreationPrefix), limit);
  if (!from.empty()) range.begin = from;
  COFFER_ASSIGN(const auto rows, parts_.store.scan(range));
  for (const store::Row& row : rows) {
    const auto entry = parse_creation_key(row.key);
    if (!entry) continue;
    const Result<SecretPointer> found = reader_.look(entry->account, entry->name);
    if (!found.ok() && found.error().code != ErrorCode::kCorrupt) return found.error();
    if (found.ok() && *found != nullptr) show(**found);
  }
  return rows.size() == limit ? rows.back().key + '\0' : std::string();
}

Result<RegionUse> SecretStore::Impl::use_of(const Region& region) const {
  RegionUse use;
  COFFER_ASSIGN(use.owed, removals_owed_to(region, parts_.store));
  const auto count = [&use, &region](const SecretView& view) {
    const bool is_replicated = is_replicated_to(view.secret, region);
    const bool is_following = view.secret.is_region_replica() && view.secret.primary_region == region;
    if (is_replicated) ++use.replicated;
    if (is_following) ++use.following;
    if (use.an_arn.empty() && (is_replicated || is_following)) use.an_arn = view.arn;
  };
  std::string next;
  do {
    COFFER_ASSIGN(next, visit(next, kPage, count));
  } while (!next.empty());
  return use;
}

Result<Forgetting> SecretStore::Impl::forget_region(const Region& region, std::string_view from, size_t limit) {
  store::ScanRange range = store::ScanRange::prefix(std::string(kCreationPrefix), limit);
  if (!from.empty()) range.begin = from;
  COFFER_ASSIGN(const auto rows, parts_.store.scan(range));
  Forgetting done;
  for (const store::Row& row : rows) {
    const auto entry = parse_creation_key(row.key);
    if (!entry) continue;
    bool is_changed = false;
    const Result<SecretPointer> updated =
        update(entry->account, entry->name, [&](const SecretView& view) -> Result<std::optional<Change>> {
          is_changed = is_replicated_to(view.secret, region);
          if (!is_changed) return std::optional<Change>();
          Change change;
          change.secret = view.secret;
          std::erase_if(change.secret.replicas, [&](const ReplicaRegion& replica) { return replica.region == region; });
          // If it ever comes again with its disk, it is to delete what it has.
          change.removed_replicas = {region};
          return std::optional(std::move(change));
        });
    if (updated.ok() && is_changed) ++done.changed;
    if (updated.ok() || updated.error().code == ErrorCode::kResourceNotFound) continue;
    if (updated.error().code == ErrorCode::kIo) return updated.error();
    if (!done.failed) done.failed = updated.error();
  }
  if (rows.size() == limit) done.next = rows.back().key + '\0';
  return done;
}

}  // namespace coffer::secrets
