#include "secrets/secret_store.h"

#include <algorithm>
#include <span>

#include "base/time_text.h"
#include "secrets/record_codec.h"
#include "secrets/rotation_progress.h"
#include "secrets/secret_store_impl.h"
#include "secrets/version_stages.h"
#include "store/keys.h"

namespace coffer::secrets {
namespace {

constexpr size_t kSuffixSize = 6;
constexpr std::string_view kSuffixAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr size_t kKeptVersions = 100;  // unlabelled versions beyond these are removed once they are a day old
constexpr size_t kMaxVersions = 200;   // what a frame of the region link holds
constexpr Duration kYoungVersion = std::chrono::hours(24);
constexpr size_t kMaxLooked = 10'000;  // secrets that one call of list() looks at
constexpr size_t kScanBatch = 500;

Error not_found() {
  return Error{ErrorCode::kResourceNotFound, "Secrets Manager can't find the specified secret."};
}

Error damaged_index() {
  return Error{ErrorCode::kCorrupt, "a row of an index of secrets is damaged"};
}

Error name_taken(const SecretView& view) {
  if (view.secret.pending_deletion()) {
    return Error{ErrorCode::kInvalidRequest,
                 "You can't create this secret because a secret with this name is already scheduled for deletion."};
  }
  return Error{ErrorCode::kResourceExists,
               "The operation failed because the secret " + view.secret.name + " already exists."};
}

bool accessed_on(const SecretView& view, const VersionId& version, Time day) {
  if (view.last_accessed != day) return false;
  return std::ranges::any_of(view.version_last_accessed,
                             [&](const auto& entry) { return entry.second == day && entry.first == version; });
}

bool contains(const std::vector<ReplicaRegion>& replicas, const Region& region) {
  return std::ranges::find(replicas, region, &ReplicaRegion::region) != replicas.end();
}

bool keeps_progress(const Change& change, const Region& region) {
  const auto& restarted = change.restarted_replicas;
  return contains(change.secret.replicas, region) && std::ranges::find(restarted, region) == restarted.end();
}

// No version is of a later generation than its secret, also of a primary that was one before: a copy that has rejoined
// keeps its versions, and begins at 0.
uint64_t generation_after(const Secret& current, const Change& change) {
  uint64_t newest = std::max(current.generation, change.generation_above);
  for (const Version& version : change.secret.versions)
    newest = std::max(newest, version.generation);
  return newest + 1;
}

}  // namespace

SecretPointer changed_view(const SecretView& before, Change change, store::Revision revision) {
  auto view = std::make_shared<SecretView>();
  for (const auto& [region, progress] : before.progress) {
    if (keeps_progress(change, region)) view->progress.emplace_back(region, progress);
  }
  view->secret = std::move(change.secret);
  view->arn = before.arn;
  view->last_accessed = before.last_accessed;
  view->version_last_accessed = before.version_last_accessed;
  view->copies_last_accessed = before.copies_last_accessed;
  view->revision = revision;
  return view;
}

Result<void> check_has_no_replicas(const SecretView& view) {
  // Also once the other account has stopped: this side's half of the link is this side's to take back.
  if (view.secret.cross_account_replica) {
    return Error{ErrorCode::kInvalidRequest,
                 "You can't delete secret " + view.arn +
                     " that still has a cross-account replica. Call DisassociateCrossAccountReplica first."};
  }
  if (view.secret.replicas.empty()) return {};
  std::string regions;
  for (const ReplicaRegion& replica : view.secret.replicas)
    regions.append(regions.empty() ? "" : ", ").append(replica.region.text());
  return Error{ErrorCode::kInvalidParameter,
               "You can't delete secret " + view.arn + " that still has replica regions [" + regions + "]."};
}

void SecretStore::Impl::note_access(const SecretView& view, const VersionId& version) {
  const Time day = start_of_day(parts_.clock.now());
  if (accessed_on(view, version, day) || !accesses_.note(view, version, day)) return;
  reader_.keep_access(view, {.secret = day, .versions = {{version, day}}, .copies = {}});
  const bool is_first = view.last_accessed != day;
  if (is_first && view.secret.role == Role::kReplica) reads_.add({view.secret.account, view.secret.name});
}

Result<void> SecretStore::Impl::flush_accesses() {
  return accesses_.flush(
      parts_.store, [this](const AccountId& account, std::string_view name) { return reader_.look(account, name); });
}

Result<std::optional<store::Revision>> SecretStore::Impl::try_commit(store::Transaction transaction) {
  Result<store::Revision> committed = parts_.store.commit(std::move(transaction));
  if (committed.ok()) return std::optional(*committed);
  if (committed.error().code == ErrorCode::kConflict) return std::optional<store::Revision>();
  return std::move(committed).error();
}

uint64_t SecretStore::Impl::draw_state_id() {
  uint64_t id = 0;
  parts_.random.fill(std::as_writable_bytes(std::span(&id, 1)));
  return id;
}

void SecretStore::Impl::append_marks(const Secret& secret, const std::vector<Region>& removed,
                                     store::Transaction& transaction) {
  const auto mark = [&](const Region& region, const store::OutboxMark& content) {
    const store::OutboxKey key{region, "secret", secret.account, secret.name};
    transaction.puts.push_back({key.text(), content.encode()});
  };
  for (const ReplicaRegion& replica : secret.replicas)
    mark(replica.region, {.generation = secret.generation});
  if (secret.role == Role::kPrimary && secret.cross_account_replica) {
    transaction.puts.push_back({cross_account_mark(secret.primary_region, secret.account, secret.name).text(),
                                store::OutboxMark{.generation = secret.generation}.encode()});
  }
  for (const Region& region : removed) {
    // Taken out and put in again by the same change: the new state says it all.
    if (contains(secret.replicas, region)) continue;
    mark(region, {.action = store::OutboxMark::Action::kRemove,
                  .generation = secret.generation,
                  .lineage_epoch = secret.lineage_epoch,
                  .suffix = secret.suffix});
  }
}

void SecretStore::Impl::append_deletion(const SecretView& view, store::Transaction& transaction) {
  const Secret& secret = view.secret;
  transaction.deletes.push_back(record_key(secret.account, secret.name));
  transaction.deletes.push_back(access_key(secret.account, secret.name));
  transaction.deletes.push_back(creation_key(secret.account, secret.created, secret.name));
  if (secret.deletion_date) {
    transaction.deletes.push_back(deletion_key(*secret.deletion_date, secret.account, secret.name));
  }
  for (const Version& version : secret.versions)
    transaction.deletes.push_back(value_key(secret.account, secret.name, version.id));
  for (const ReplicaRegion& replica : secret.replicas)
    transaction.deletes.push_back(progress_key(secret.account, secret.name, replica.region));
  // Otherwise a primary that lost its region, and does not know of the promotion, would bring the secret back.
  if (secret.lineage_epoch > 1) {
    transaction.puts.push_back(
        {fence_key(secret.account, secret.name, secret.suffix), encode_fence(secret.lineage_epoch)});
  }
}

Result<void> SecretStore::Impl::prune_versions(Secret& secret) const {
  const Time now = parts_.clock.now();
  size_t surplus = secret.versions.size() > kKeptVersions ? secret.versions.size() - kKeptVersions : 0;
  std::erase_if(secret.versions, [&](const Version& version) {
    if (surplus == 0 || !version.stages.empty() || now - version.created < kYoungVersion) return false;
    --surplus;
    return true;
  });
  if (secret.versions.size() <= kMaxVersions) return {};
  return Error{ErrorCode::kLimitExceeded,
               "You can't create more than 200 versions of a secret within 24 hours: versions without a staging label "
               "are removed when they are older than that."};
}

Result<SecretPointer> SecretStore::Impl::create(Change change) {
  Secret& secret = change.secret;
  COFFER_ASSIGN(const SecretPointer existing, reader_.load(secret.account, secret.name));
  if (existing) return name_taken(*existing);
  secret.suffix = parts_.random.text(kSuffixSize, kSuffixAlphabet);
  secret.created = secret.changed = parts_.clock.now();
  secret.role = secret.cross_account_primary ? Role::kReplica : Role::kPrimary;
  secret.primary_region = parts_.region;
  secret.lineage_epoch = 1;
  secret.generation = 1;
  secret.state_id = draw_state_id();
  for (Version& version : secret.versions) {
    version.created = secret.created;
    version.generation = secret.generation;
  }
  const std::string index_key = creation_key(secret.account, secret.created, secret.name);
  COFFER_ASSIGN(SecretCount::Place place, count_.take_place(secret.account, index_key));
  store::Transaction transaction;
  transaction.preconditions.push_back({record_key(secret.account, secret.name), 0});
  COFFER_TRY(append_values(change, secret, transaction));
  transaction.puts.push_back({record_key(secret.account, secret.name), encode_secret(secret)});
  transaction.puts.push_back({index_key, ""});
  for (const ReplicaRegion& replica : secret.replicas)
    transaction.deletes.push_back(progress_key(secret.account, secret.name, replica.region));
  append_marks(secret, {}, transaction);
  COFFER_ASSIGN(const auto committed, try_commit(std::move(transaction)));
  if (committed) {
    place.fill();
    auto made = std::make_shared<SecretView>();
    made->arn = secret.arn(parts_.region);
    made->secret = std::move(secret);
    made->revision = *committed;
    return SecretPointer(std::move(made));
  }
  COFFER_ASSIGN(const SecretPointer winner, reader_.load(secret.account, secret.name));
  // Made and deleted again in between: as good as taken for this attempt.
  return winner ? name_taken(*winner) : Error{ErrorCode::kServiceUnavailable, "the name was in use"};
}

Result<store::Transaction> SecretStore::Impl::update_transaction(const SecretView& current, Change& change) {
  Secret& secret = change.secret;
  // A replica's own changes, like that of its key, make no state that its primary would have to know.
  if (secret.role == Role::kPrimary) {
    secret.generation = generation_after(current.secret, change);
    secret.state_id = draw_state_id();
  }
  // A primary that gives up its place gives up what hangs on it.
  if (secret.role == Role::kReplica) secret.cross_account_replica.reset();
  secret.changed = parts_.clock.now();
  for (const Change::NewValue& value : change.values) {
    const auto added = std::ranges::find(secret.versions, value.version, &Version::id);
    if (added == secret.versions.end()) return Error{ErrorCode::kInternalServiceError, "a value without its version"};
    added->created = secret.changed;
    added->generation = secret.generation;
  }
  settle_rotation(current.secret, change);
  // A copy has the versions of its primary, which removes them for all.
  if (secret.role == Role::kPrimary) COFFER_TRY(prune_versions(secret));
  std::erase_if(change.resealed,
                [&secret](const Change::NewValue& value) { return secret.version(value.version) == nullptr; });

  const std::string record = record_key(secret.account, secret.name);
  store::Transaction transaction;
  transaction.preconditions.push_back({record, current.revision});
  COFFER_TRY(append_values(change, secret, transaction));
  transaction.puts.push_back({record, encode_secret(secret)});
  for (const Version& old : current.secret.versions) {
    if (secret.version(old.id) == nullptr)
      transaction.deletes.push_back(value_key(secret.account, secret.name, old.id));
  }
  append_marks(secret, change.removed_replicas, transaction);
  if (const auto old = current.secret.deletion_date; old != secret.deletion_date) {
    if (old) transaction.deletes.push_back(deletion_key(*old, secret.account, secret.name));
    if (secret.deletion_date) {
      transaction.puts.push_back({deletion_key(*secret.deletion_date, secret.account, secret.name), ""});
    }
  }
  // Whether there is such a row or not: one may have been written since `current` was read, which changes no revision
  // of the record.
  const std::vector<ReplicaRegion>& before = current.secret.replicas;
  for (const ReplicaRegion& replica : before) {
    if (!keeps_progress(change, replica.region)) {
      transaction.deletes.push_back(progress_key(secret.account, secret.name, replica.region));
    }
  }
  // Nothing that was ever left behind counts for a region that is added.
  for (const ReplicaRegion& replica : secret.replicas) {
    if (!contains(before, replica.region)) {
      transaction.deletes.push_back(progress_key(secret.account, secret.name, replica.region));
    }
  }
  return transaction;
}

Result<bool> SecretStore::Impl::is_newest(const SecretView& view) const {
  COFFER_ASSIGN(const auto row, parts_.store.get(record_key(view.secret.account, view.secret.name)));
  return row && row->revision == view.revision;
}

Result<SecretPointer> SecretStore::Impl::update(const AccountId& account, std::string_view name, const Edit& edit) {
  return until_undisturbed<SecretPointer>([&]() -> Result<std::optional<SecretPointer>> {
    COFFER_ASSIGN(const SecretPointer current, reader_.load(account, name));
    if (!current) return not_found();
    Result<std::optional<Change>> edited = edit(*current);
    if (!edited.ok() && edited.error().code == ErrorCode::kNotFound) {
      // A value that it read was deleted after the record was read: what is there now decides.
      COFFER_ASSIGN(const bool is_current, is_newest(*current));
      if (!is_current) return std::optional<SecretPointer>();
    }
    COFFER_ASSIGN(std::optional<Change> change, std::move(edited));
    if (!change) return std::optional(current);
    COFFER_ASSIGN(store::Transaction transaction, update_transaction(*current, *change));
    COFFER_ASSIGN(const auto committed, try_commit(std::move(transaction)));
    if (!committed) return std::optional<SecretPointer>();
    const bool was_promoted = current->secret.is_region_replica() && change->secret.role == Role::kPrimary;
    if (was_promoted) note_departures({&current->secret.primary_region, 1});
    const bool was_put_above = !was_promoted && change->secret.lineage_epoch > current->secret.lineage_epoch;
    for (const ReplicaRegion& replica : change->secret.replicas) {
      if (was_put_above) note_departures({&replica.region, 1});
    }
    return std::optional(changed_view(*current, std::move(*change), *committed));
  });
}

Result<SecretPointer> SecretStore::Impl::erase(const AccountId& account, std::string_view name, const Check& check) {
  return until_undisturbed<SecretPointer>([&]() -> Result<std::optional<SecretPointer>> {
    COFFER_ASSIGN(const SecretPointer current, reader_.load(account, name));
    if (!current) return not_found();
    COFFER_TRY(check(*current));
    COFFER_TRY(check_has_no_replicas(*current));
    store::Transaction transaction;
    transaction.preconditions.push_back({record_key(account, name), current->revision});
    append_deletion(*current, transaction);
    COFFER_ASSIGN(const auto committed, try_commit(std::move(transaction)));
    return committed ? std::optional(current) : std::nullopt;
  });
}

Result<size_t> SecretStore::Impl::erase_expired() {
  const Time now = parts_.clock.now();
  const auto is_due = [now](const SecretView& view) -> Result<void> {
    const auto& due = view.secret.deletion_date;
    if (due && *due <= now) return {};
    return not_found();  // restored, or made again, since it was found in the index
  };
  size_t erased = 0;
  std::optional<Error> first_error;
  store::ScanRange range{std::string(kDeletionPrefix), deletion_bound(now), kScanBatch};
  for (;;) {
    COFFER_ASSIGN(const auto rows, parts_.store.scan(range));
    for (const store::Row& row : rows) {
      const auto entry = parse_deletion_key(row.key);
      const Result<SecretPointer> done =
          entry ? erase(entry->account, entry->name, is_due) : Result<SecretPointer>(damaged_index());
      if (done.ok()) {
        ++erased;
      } else if (done.error().code != ErrorCode::kResourceNotFound && !first_error) {
        first_error = done.error();
      }
    }
    if (rows.size() < kScanBatch) break;
    range.begin = rows.back().key + '\0';
  }
  if (first_error) return std::move(*first_error);
  return erased;
}

Result<SecretStore::Page> SecretStore::Impl::list(const AccountId& account, const std::optional<Position>& after,
                                                  size_t limit,
                                                  const std::function<bool(const SecretView&)>& matches) const {
  Page page;
  store::ScanRange range = store::ScanRange::prefix(creation_prefix(account), kScanBatch);
  // The smallest key behind the position.
  if (after) range.begin = creation_key(account, after->created, after->name) + '\0';
  std::optional<Position> looked_at = after;
  for (size_t looked = 0;;) {
    COFFER_ASSIGN(const auto rows, parts_.store.scan(range));
    for (const store::Row& row : rows) {
      const auto entry = parse_creation_key(row.key);
      if (!entry) {
        page.damaged.push_back(damaged_index());
        continue;
      }
      Result<SecretPointer> found = reader_.look(account, entry->name);
      if (!found.ok()) {
        if (found.error().code != ErrorCode::kCorrupt) return std::move(found).error();
        page.damaged.push_back(std::move(found).error());
        found = SecretPointer();
      }
      SecretPointer view = std::move(found).value();
      // Not null unless damaged, or deleted since the scan; of another time if it was then made again.
      const bool shown = view && view->secret.created == entry->time && matches(*view);
      // Only what is there makes another page: the last page has no token.
      if ((shown && page.secrets.size() == limit) || looked == kMaxLooked) {
        page.next = looked_at;
        return page;
      }
      ++looked;
      looked_at = Position{entry->time, entry->name};
      if (shown) page.secrets.push_back(std::move(view));
    }
    if (rows.size() < kScanBatch) return page;
    range.begin = rows.back().key + '\0';
  }
}

SecretStore::SecretStore(const Parts& parts) : impl_(std::make_unique<Impl>(parts)) {}
SecretStore::~SecretStore() = default;

Result<SecretPointer> SecretStore::find(const SecretId& id) const {
  COFFER_ASSIGN(SecretPointer view, impl_->reader().find(id.account, id.name));
  if (view && id.suffix && *id.suffix != view->secret.suffix) return SecretPointer();
  return view;
}
Result<SecretPointer> SecretStore::find(const AccountId& account, std::string_view name) const {
  return impl_->reader().find(account, name);
}
Result<SecretBytes> SecretStore::read_value(const SecretView& view, const VersionId& version) const {
  return impl_->reader().read_value(view, version);
}
void SecretStore::note_access(const SecretView& view, const VersionId& version) {
  impl_->note_access(view, version);
}
void SecretStore::note_copy_accesses(const Region& region, std::span<const CopyAccess> accesses) {
  impl_->note_copy_accesses(region, accesses);
}
Result<void> SecretStore::flush_accesses() {
  return impl_->flush_accesses();
}
Result<SecretPointer> SecretStore::create(Change change) {
  return impl_->create(std::move(change));
}
Result<SecretPointer> SecretStore::update(const AccountId& account, std::string_view name, const Edit& edit) {
  return impl_->update(account, name, edit);
}
Result<SecretPointer> SecretStore::erase(const AccountId& account, std::string_view name, const Check& check) {
  return impl_->erase(account, name, check);
}
Result<size_t> SecretStore::erase_expired() {
  return impl_->erase_expired();
}
Result<SecretStore::Page> SecretStore::list(const AccountId& account, const std::optional<Position>& after,
                                            size_t limit, const std::function<bool(const SecretView&)>& matches) const {
  return impl_->list(account, after, limit, matches);
}
Result<std::optional<ReplicaState>> SecretStore::export_state(const AccountId& account, std::string_view name,
                                                              const Region& to, ValuesToSend values,
                                                              std::optional<store::Revision> since) const {
  return impl_->export_state(account, name, to, values, since);
}
Result<ApplyOutcome> SecretStore::apply_state(ReplicaState state) {
  return impl_->apply_state(state);
}
Result<std::vector<ApplyOutcome>> SecretStore::apply_states(std::vector<ReplicaState> states) {
  return impl_->apply_states(states);
}
Result<ApplyOutcome> SecretStore::apply_removal(const ReplicaRemoval& removal) {
  return impl_->apply_removal(removal);
}
Result<void> SecretStore::record_progress(const ProgressReport& report) {
  return impl_->record_progress(report);
}
std::vector<Result<void>> SecretStore::record_progress(std::span<const ProgressReport> reports) {
  return impl_->record_progress(reports);
}
Result<SecretPointer> SecretStore::retry(const AccountId& account, std::string_view name, const Region& region,
                                         const Check& check) {
  return impl_->retry(account, name, region, check);
}
Result<SecretPointer> SecretStore::associate(const Association& association) {
  return impl_->associate(association);
}
Result<CrossAccountOutcome> SecretStore::copy_across(const AccountId& account, std::string_view name,
                                                     const CopyPermission& permission) {
  return impl_->copy_across(account, name, permission);
}
Result<ExpectedCopies> SecretStore::expected_copies(const Region& region, std::string_view from, size_t limit) const {
  return impl_->expected_copies(region, from, limit);
}
Result<CopyAnswer> SecretStore::check_copies(const Region& primary, const CopyCheck& check) const {
  return impl_->check_copies(primary, check);
}
Result<size_t> SecretStore::send_again(const Region& region, const std::vector<ExpectedCopy>& copies,
                                       const std::vector<CopyVerdict>& verdicts) {
  return impl_->send_again(region, copies, verdicts);
}
Result<size_t> SecretStore::send_refused(const Region& region, const std::vector<ExpectedCopy>& refused,
                                         const std::vector<CopyVerdict>& verdicts) {
  return impl_->send_refused(region, refused, verdicts);
}
uint64_t SecretStore::departures_from(const Region& primary) const {
  return impl_->departures_from(primary);
}
Result<RegionUse> SecretStore::use_of(const Region& region) const {
  return impl_->use_of(region);
}
Result<Forgetting> SecretStore::forget_region(const Region& region, std::string_view from, size_t limit) {
  return impl_->forget_region(region, from, limit);
}

}  // namespace coffer::secrets
