// Both sides of the question of copy_check.h.

#include "secrets/copy_check.h"

#include <algorithm>
#include <span>

#include "base/time_text.h"
#include "secrets/record_codec.h"
#include "secrets/secret_store_impl.h"
#include "store/keys.h"

namespace coffer::secrets {
namespace {

constexpr size_t kMarksPerCommit = 100;
constexpr size_t kMaxReads = 500;  // that one answer tells of

bool has_replica_in(const Secret& secret, const Region& region) {
  return std::ranges::find(secret.replicas, region, &ReplicaRegion::region) != secret.replicas.end();
}

// Null when the region is none of the secret's replicas, or nothing came of it yet.
const ReplicaProgress* progress_of(const SecretView& view, const Region& region) {
  if (view.secret.role != Role::kPrimary || !has_replica_in(view.secret, region)) return nullptr;
  const auto found = std::ranges::find(view.progress, region, &std::pair<Region, ReplicaProgress>::first);
  return found == view.progress.end() ? nullptr : &found->second;
}

// Null also when it has not acknowledged anything that would have to be there.
const ReplicaProgress* acknowledged_by(const SecretView& view, const Region& region) {
  const ReplicaProgress* const progress = progress_of(view, region);
  const bool is_there = progress != nullptr && !progress->failed && progress->acknowledged_generation != 0;
  return is_there ? progress : nullptr;
}

ExpectedCopy expected(const Secret& secret, const ReplicaProgress& progress) {
  return {secret.account,
          secret.name,
          secret.suffix,
          secret.lineage_epoch,
          progress.acknowledged_generation,
          progress.acknowledged_state_id};
}

CopyVerdict compared(const Secret& secret, const Region& primary, const ExpectedCopy& copy) {
  if (secret.role != Role::kReplica || secret.primary_region != primary) return CopyVerdict::kOther;
  // Of another secret of that name, which the primary does not have any more, and which is served here until the
  // present one arrives.
  if (secret.suffix != copy.suffix) return CopyVerdict::kOlder;
  const auto here = std::pair(secret.lineage_epoch, secret.generation);
  const auto there = std::pair(copy.lineage_epoch, copy.generation);
  if (here == there && secret.state_id == copy.state_id) {
    // Made by a sender that did not tell yet where else the secret is: what it lacks comes with the state.
    return secret.siblings.empty() ? CopyVerdict::kOther : CopyVerdict::kAsExpected;
  }
  return here < there ? CopyVerdict::kOlder : CopyVerdict::kAhead;
}

}  // namespace

Result<ExpectedCopies> SecretStore::Impl::expected_copies(const Region& region, std::string_view from,
                                                          size_t limit) const {
  ExpectedCopies page;
  const auto add = [&page, &region](const SecretView& view) {
    const Secret& secret = view.secret;
    const ReplicaProgress* const progress = progress_of(view, region);
    if (progress != nullptr && progress->failed) {
      page.refused.push_back(
          {secret.account, secret.name, secret.suffix, secret.lineage_epoch, secret.generation, secret.state_id});
    } else if (acknowledged_by(view, region) != nullptr) {
      page.copies.push_back(expected(secret, *progress));
    }
  };
  COFFER_ASSIGN(page.next, visit(from, limit, add));
  return page;
}

Result<CopyAnswer> SecretStore::Impl::check_copies(const Region& primary, const CopyCheck& check) const {
  CopyAnswer answer;
  // Before any copy is looked at. Who asks about copies is told of their reads, and of no others.
  const RecentReads::Page reads = reads_.after(check.accesses_after, check.copies.empty() ? kMaxReads : 0);
  const auto append_access = [&](const SecretView& view) {
    const Secret& secret = view.secret;
    const bool is_copy = secret.role == Role::kReplica && secret.primary_region == primary;
    if (!is_copy || !view.last_accessed) return;
    answer.accesses.push_back({secret.account, secret.name, secret.suffix, *view.last_accessed});
  };
  for (const ExpectedCopy& copy : check.copies) {
    const Result<SecretPointer> view = reader_.look(copy.account, copy.name);
    if (!view.ok() && view.error().code != ErrorCode::kCorrupt) return view.error();
    if (!view.ok() || *view == nullptr) {
      // One that is damaged does not keep the others.
      answer.verdicts.push_back(view.ok() ? CopyVerdict::kMissing : CopyVerdict::kOther);
      continue;
    }
    answer.verdicts.push_back(compared((*view)->secret, primary, copy));
    append_access(**view);
  }
  if (!check.copies.empty()) {
    answer.accesses_to = reads.newest;
    return answer;
  }
  for (const SecretName& read : reads.secrets) {
    const Result<SecretPointer> view = reader_.look(read.account, read.name);
    if (!view.ok() && view.error().code != ErrorCode::kCorrupt) return view.error();
    if (view.ok() && *view != nullptr) append_access(**view);
  }
  answer.accesses_to = reads.to;
  answer.are_accesses_lost = reads.is_incomplete;
  return answer;
}

void SecretStore::Impl::note_copy_accesses(const Region& region, std::span<const CopyAccess> accesses) {
  for (const CopyAccess& access : accesses) {
    const Result<SecretPointer> found = reader_.look(access.account, access.name);
    if (!found.ok() || *found == nullptr || (*found)->secret.suffix != access.suffix) continue;
    const SecretView& view = **found;
    if (view.secret.role != Role::kPrimary || !has_replica_in(view.secret, region)) continue;
    const auto known = std::ranges::find(view.copies_last_accessed, region, &std::pair<Region, Time>::first);
    // Whatever its clock says: a date to come would stand for good.
    const Time day = start_of_day(std::min(access.day, parts_.clock.now()));
    if (known != view.copies_last_accessed.end() && known->second >= day) continue;
    if (!accesses_.note(view, region, day)) continue;
    reader_.keep_access(view, {.secret = {}, .versions = {}, .copies = {{region, day}}});
  }
}

Result<size_t> SecretStore::Impl::send_refused(const Region& region, const std::vector<ExpectedCopy>& refused,
                                               const std::vector<CopyVerdict>& verdicts) {
  return mark_copies(region, refused, verdicts, &Impl::append_mark_of_refused);
}

uint64_t SecretStore::Impl::departures_from(const Region& primary) const {
  const std::lock_guard lock(departures_mutex_);
  const auto found = departures_.find(primary);
  return found == departures_.end() ? 0 : found->second;
}

void SecretStore::Impl::note_departures(std::span<const Region> left) {
  const std::lock_guard lock(departures_mutex_);
  for (const Region& region : left)
    ++departures_[region];
}

Result<size_t> SecretStore::Impl::send_again(const Region& region, const std::vector<ExpectedCopy>& copies,
                                             const std::vector<CopyVerdict>& verdicts) {
  return mark_copies(region, copies, verdicts, &Impl::append_new_mark);
}

Result<size_t> SecretStore::Impl::mark_copies(const Region& region, const std::vector<ExpectedCopy>& copies,
                                              const std::vector<CopyVerdict>& verdicts, AppendMark append) {
  size_t marked = 0;
  for (size_t begin = 0; begin < copies.size(); begin += kMarksPerCommit) {
    const size_t end = std::min(begin + kMarksPerCommit, copies.size());
    COFFER_ASSIGN(const size_t in_batch, until_undisturbed<size_t>([&]() -> Result<std::optional<size_t>> {
                    store::Transaction transaction;
                    for (size_t i = begin; i < end; ++i)
                      COFFER_TRY((this->*append)(region, copies[i], verdicts[i], transaction));
                    const size_t count = transaction.preconditions.size();
                    if (count == 0) return std::optional(count);
                    COFFER_ASSIGN(const auto committed, try_commit(std::move(transaction)));
                    return committed ? std::optional(count) : std::nullopt;
                  }));
    marked += in_batch;
  }
  return marked;
}

void SecretStore::Impl::append_mark_again(const SecretView& view, const Region& region,
                                          store::Transaction& transaction) {
  const Secret& secret = view.secret;
  transaction.preconditions.push_back({record_key(secret.account, secret.name), view.revision});
  const store::OutboxKey mark{region, "secret", secret.account, secret.name};
  transaction.puts.push_back({mark.text(), store::OutboxMark{.generation = secret.generation}.encode()});
}

Result<void> SecretStore::Impl::append_mark_of_refused(const Region& region, const ExpectedCopy& copy,
                                                       CopyVerdict verdict, store::Transaction& transaction) const {
  if (verdict != CopyVerdict::kOther) return {};
  COFFER_ASSIGN(const SecretPointer view, reader_.look(copy.account, copy.name));
  const ReplicaProgress* const progress = view == nullptr ? nullptr : progress_of(*view, region);
  if (progress == nullptr || !progress->failed || progress->replaced_by) return {};
  // Changed since the question: it is marked by that change.
  if (view->secret.suffix != copy.suffix || view->secret.generation != copy.generation) return {};
  // What waits is sent anyhow, and not before its time because it is marked anew.
  const store::OutboxKey mark{region, "secret", copy.account, copy.name};
  COFFER_ASSIGN(const auto waiting, parts_.store.get(mark.text()));
  if (waiting) return {};
  append_mark_again(*view, region, transaction);
  return {};
}

Result<void> SecretStore::Impl::append_new_mark(const Region& region, const ExpectedCopy& copy, CopyVerdict verdict,
                                                store::Transaction& transaction) const {
  if (verdict == CopyVerdict::kAsExpected) return {};
  COFFER_ASSIGN(const SecretPointer view, reader_.look(copy.account, copy.name));
  const ReplicaProgress* const progress = view == nullptr ? nullptr : acknowledged_by(*view, region);
  // Changed since the question: what was answered is of no use any more.
  if (progress == nullptr || expected(view->secret, *progress) != copy) return {};
  append_mark_again(*view, region, transaction);
  const bool is_lost = verdict == CopyVerdict::kMissing || verdict == CopyVerdict::kOlder;
  if (!is_lost) return {};
  transaction.deletes.push_back(progress_key(copy.account, copy.name, region));
  // To be overwritten by force was asked for once: what takes the name there now is somebody else's.
  Secret secret = view->secret;
  const auto replica = std::ranges::find(secret.replicas, region, &ReplicaRegion::region);
  if (!replica->force_overwrite) return {};
  replica->force_overwrite = false;
  transaction.puts.push_back({record_key(copy.account, copy.name), encode_secret(secret)});
  return {};
}

}  // namespace coffer::secrets
