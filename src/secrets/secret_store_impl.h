// Inside of SecretStore, shared by secret_store.cc (life of a secret) and replica_exchange.cc (replication). Nobody
// else includes it.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/access_recorder.h"
#include "secrets/cross_account.h"
#include "secrets/recent_reads.h"
#include "secrets/sealed_value.h"
#include "secrets/secret_count.h"
#include "secrets/secret_reader.h"
#include "secrets/secret_rows.h"
#include "secrets/secret_store.h"
#include "store/keys.h"

namespace coffer::secrets {

// What load() would find after the change, unless somebody else has changed it since.
SecretPointer changed_view(const SecretView& before, Change change, store::Revision revision);

// Of a primary, in its own region's outbox: no other region reads it there.
store::OutboxKey cross_account_mark(const Region& region, const AccountId& account, std::string_view name);

class SecretStore::Impl {
 public:
  explicit Impl(const Parts& parts)
      : parts_(parts), reader_(parts, accesses_), count_(parts.store, parts.clock, parts.max_secrets) {}

  const SecretReader& reader() const { return reader_; }

  // secret_store.cc; as SecretStore has them.
  void note_access(const SecretView& view, const VersionId& version);
  void note_copy_accesses(const Region& region, std::span<const CopyAccess> accesses);
  Result<void> flush_accesses();
  Result<SecretPointer> create(Change change);
  Result<SecretPointer> update(const AccountId& account, std::string_view name, const Edit& edit);
  Result<SecretPointer> erase(const AccountId& account, std::string_view name, const Check& check);
  Result<size_t> erase_expired();
  Result<Page> list(const AccountId& account, const std::optional<Position>& after, size_t limit,
                    const std::function<bool(const SecretView&)>& matches) const;

  // replica_exchange.cc
  Result<std::optional<ReplicaState>> export_state(const AccountId& account, std::string_view name, const Region& to,
                                                   ValuesToSend values, std::optional<store::Revision> since) const;
  Result<ApplyOutcome> apply_state(const ReplicaState& state);
  Result<std::vector<ApplyOutcome>> apply_states(const std::vector<ReplicaState>& states);
  Result<ApplyOutcome> apply_removal(const ReplicaRemoval& removal);
  Result<void> record_progress(const ProgressReport& report);
  std::vector<Result<void>> record_progress(std::span<const ProgressReport> reports);
  // One transaction for all of them; false when they are to be tried in smaller parts.
  Result<bool> record_together(std::span<const ProgressReport> reports);
  Result<SecretPointer> retry(const AccountId& account, std::string_view name, const Region& region,
                              const Check& check);

  // cross_account_copy.cc
  Result<SecretPointer> associate(const Association& association);
  Result<CrossAccountOutcome> copy_across(const AccountId& account, std::string_view name,
                                          const CopyPermission& permission);

  // copy_check.cc
  Result<ExpectedCopies> expected_copies(const Region& region, std::string_view from, size_t limit) const;
  Result<CopyAnswer> check_copies(const Region& primary, const CopyCheck& check) const;
  Result<size_t> send_again(const Region& region, const std::vector<ExpectedCopy>& copies,
                            const std::vector<CopyVerdict>& verdicts);

  Result<size_t> send_refused(const Region& region, const std::vector<ExpectedCopy>& refused,
                              const std::vector<CopyVerdict>& verdicts);
  uint64_t departures_from(const Region& primary) const;

  // region_use.cc
  // Shows secrets of all accounts in order of creation, at most so many, and returns where it goes on; empty: that were
  // all. One that is damaged is passed over: list() tells of it.
  Result<std::string> visit(std::string_view from, size_t limit,
                            const std::function<void(const SecretView&)>& show) const;
  Result<RegionUse> use_of(const Region& region) const;
  Result<Forgetting> forget_region(const Region& region, std::string_view from, size_t limit);

 private:
  // Runs `attempt` until its commit does not meet another one: nullopt from it means that it did. At most 50 times.
  template <class T>
  static Result<T> until_undisturbed(const std::function<Result<std::optional<T>>()>& attempt);
  // The revision, or nullopt when another commit came between.
  Result<std::optional<store::Revision>> try_commit(store::Transaction transaction);

  uint64_t draw_state_id();
  // Deletes every row of a secret, those of its indexes included, and leaves a fence if it was ever promoted.
  static void append_deletion(const SecretView& view, store::Transaction& transaction);
  // Which key seals the values of a copy: what its kms_key_id means at this moment. kAccessDenied (AWS's text) when the
  // account has no such key.
  Result<SealingKey> sealing_key(const AccountId& account, std::string_view kms_key_id) const;
  // Adds the value's row, and notes in the secret's version which key sealed it. REQUIRES: the secret has the version.
  Result<void> append_value(const SealingKey& key, const VersionId& version, const SecretBytes& value, Secret& secret,
                            store::Transaction& transaction) const;
  Result<void> append_values(const Change& change, Secret& secret, store::Transaction& transaction) const;
  // The marks that make the replicator send this state, or a removal.
  static void append_marks(const Secret& secret, const std::vector<Region>& removed, store::Transaction& transaction);
  Result<void> prune_versions(Secret& secret) const;
  // Whether nobody has changed or deleted the secret since.
  Result<bool> is_newest(const SecretView& view) const;
  Result<store::Transaction> update_transaction(const SecretView& current, Change& change);

  // What apply_state() decides before it writes anything, in this order; nullopt means "go on".
  std::optional<ApplyOutcome> refusal(const ReplicaState& state, const SecretView* current, uint64_t fence) const;
  // Whether the copy's key may be used; a refusal to be shown as the replica's StatusMessage if not.
  Result<std::optional<ApplyOutcome>> key_refusal(std::string_view kms_key_id, const AccountId& account) const;
  std::optional<ApplyOutcome> missing_values(const ReplicaState& state, const SecretView* current) const;

  // The mark that makes the replicator send this very state to one of its regions once more. REQUIRES: it is
  // replicated there.
  static void append_mark_again(const SecretView& view, const Region& region, store::Transaction& transaction);
  Result<void> append_new_mark(const Region& region, const ExpectedCopy& copy, CopyVerdict verdict,
                               store::Transaction& transaction) const;
  Result<void> append_mark_of_refused(const Region& region, const ExpectedCopy& copy, CopyVerdict verdict,
                                      store::Transaction& transaction) const;
  // Commits what `append` adds for each of the copies, many at a time; how many it has added to.
  using AppendMark = Result<void> (Impl::*)(const Region&, const ExpectedCopy&, CopyVerdict, store::Transaction&) const;
  Result<size_t> mark_copies(const Region& region, const std::vector<ExpectedCopy>& copies,
                             const std::vector<CopyVerdict>& verdicts, AppendMark append);

  struct VersionsToCopy {
    std::vector<Version> versions;
    std::vector<Change::NewValue> values;
  };
  Result<VersionsToCopy> versions_to_copy(const CrossAccountCopy& copy, const std::vector<VersionId>& kept) const;
  Result<store::Transaction> copy_transaction(const CrossAccountCopy& copy, VersionsToCopy copied) const;
  // Why a copy is not made: what each of the two accounts is told.
  struct CopyRefusal {
    std::string message;
    std::string message_for_replica;
  };
  using MaybeRefused = std::optional<CopyRefusal>;
  // The key that seals what arrives, as the secret's kms_key_id means it now; null when it is gone.
  Result<kms::KeyPointer> key_of_replica(const Secret& replica) const;
  Result<MaybeRefused> copy_refusal(const CrossAccountCopy& copy, const CopyPermission& permission) const;
  struct CopyAttempt {
    MaybeRefused refusal;
    store::Transaction transaction;  // unless it is refused
  };
  Result<CopyAttempt> permitted_copy(const SecretView& primary, const SecretView& replica,
                                     const CopyPermission& permission) const;

  bool is_here(const SecretView* replica, const Version& incoming) const;
  bool stays_sealed(const SecretView* replica, const ReplicaVersion& incoming, const ReplicaState& state) const;
  // The lineage epoch of a copy that was here and was deleted; 0 when there was none.
  Result<uint64_t> fence_epoch(const ReplicaState& state) const;
  Secret replica_record(const ReplicaState& state, const SecretView* current) const;
  Result<store::Transaction> replica_transaction(const ReplicaState& state, const SecretView* current);
  // What a state leads to, and what must be committed for that; nothing if the transaction is empty.
  struct Application {
    ApplyOutcome outcome;
    store::Transaction transaction;
    std::optional<Region> left = {};  // whom the copy followed until then
  };
  Result<Application> application(const ReplicaState& state);
  void note_departures(std::span<const Region> left);
  Result<void> check_sees_all() const;
  // A primary that has `region` among its replicas; a null pointer when there is none. From the cache it may be older
  // than the newest commit; that there is none is always news from the store.
  enum class From : bool { kCache, kStore };
  Result<SecretPointer> replicated(const AccountId& account, std::string_view name, const Region& region,
                                   From from) const;
  // Empty when nothing is left to be recorded.
  Result<store::Transaction> progress_transaction(const ProgressReport& report, From from);

  const Parts parts_;
  AccessRecorder accesses_;
  RecentReads reads_;  // of copies
  SecretReader reader_;
  SecretCount count_;
  mutable std::mutex departures_mutex_;
  std::map<Region, uint64_t> departures_;  // by the region that was followed
};

template <class T>
Result<T> SecretStore::Impl::until_undisturbed(const std::function<Result<std::optional<T>>()>& attempt) {
  constexpr int kAttempts = 50;
  for (int i = 0; i < kAttempts; ++i) {
    COFFER_ASSIGN(std::optional<T> outcome, attempt());
    if (outcome) return std::move(*outcome);
  }
  return Error{ErrorCode::kServiceUnavailable, "the secret is being changed by others all the time"};
}

}  // namespace coffer::secrets
