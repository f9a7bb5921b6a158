// Secrets in the store: look-up through a cache, changes as one transaction together with the dirty marks that make the
// replicator send them. The only writer of secret rows. Row formats: docs/formats/secrets.md.
// Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "kms/keyring.h"
#include "policy/compiled_policy.h"
#include "secrets/copy_check.h"
#include "secrets/replica_state.h"
#include "secrets/secret.h"
#include "store/store.h"

namespace coffer::secrets {

class CopyPermission;
class PackedSecret;

// One moment of one secret: the record, its replicas' progress and its access dates, parsed and immutable.
struct SecretView {
  Secret secret;
  std::string arn;  // in this region
  std::vector<std::pair<Region, ReplicaProgress>> progress;
  std::optional<Time> last_accessed;  // 00:00 UTC
  std::vector<std::pair<VersionId, Time>> version_last_accessed;
  std::vector<std::pair<Region, Time>> copies_last_accessed;  // of a primary: as the regions have told
  store::Revision revision = 0;                               // of the record's row
  std::shared_ptr<const policy::CompiledPolicy> policy;       // the resource policy; null: none
  std::shared_ptr<const PackedSecret> packed;  // what it was parsed from; null for what a change has returned

  // InProgress, InSync or Failed, and the message, as DescribeSecret shows them.
  struct Status {
    std::string_view status;
    std::string message;
  };
  Status replica_status(const Region& region) const;
};
using SecretPointer = std::shared_ptr<const SecretView>;

// kInvalidParameter (AWS's text): the regions must be removed before the secret can be deleted.
Result<void> check_has_no_replicas(const SecretView& view);

// What a change does besides turning one record into another.
struct Change {
  Secret secret;  // generation, state id and changed are set by the store
  struct NewValue {
    VersionId version;
    SecretBytes value;
  };
  std::vector<NewValue> values;    // sealed by the store before the commit
  std::vector<NewValue> resealed;  // of versions that keep their value but not their KMS key
  // Seals them: the very key that its user was permitted to use, whatever the secret's kms_key_id means by then. A
  // change that has values must have it. The account's default key is made if it does not exist yet.
  kms::KeyPointer key;
  std::vector<Region> removed_replicas;    // regions whose copy must be deleted
  std::vector<Region> restarted_replicas;  // regions whose progress begins afresh: InProgress, not Failed
  uint64_t generation_above = 0;           // the new generation is higher than this, too
};

// What a replica region answered, for the row that DescribeSecret reads.
struct ProgressReport {
  AccountId account;
  std::string name;
  std::string suffix;  // of the secret that was sent
  Region region;
  ReplicaProgress progress;
  std::optional<store::Row> mark_to_clear;
};

// Two secrets of this region that are to be linked: see cross_account.h.
struct Association {
  ForeignSecret primary;
  ForeignSecret replica;
  CrossAccountReplica link;  // who copies, and under which restriction; the rest is the store's
  // Whether both may be, as they are at that moment. May be called more than once.
  std::function<Result<void>(const SecretView& primary, const SecretView& replica)> check;
};

// What came of one look at a mark.
struct CrossAccountOutcome {
  enum class Kind : uint8_t { kNothingToDo, kCopied, kFailed };
  Kind kind = Kind::kNothingToDo;
  std::string message;  // of a failure: the StatusMessage
};

// The kind of the outbox rows that say: the values of this primary must go to another account of this region.
inline constexpr std::string_view kCrossAccountMark = "cross_account";

// Values of versions made after the generation that the region acknowledged last, or of all versions.
enum class ValuesToSend { kUnacknowledged, kAll };

// How many secrets tie this region to another one.
struct RegionUse {
  size_t replicated = 0;  // primaries here that have it as a replica region
  size_t following = 0;   // copies here whose primary is there
  size_t owed = 0;        // copies there that were given up, and it has not heard of that
  std::string an_arn;     // of one of either kind; empty: there is none
};

// What came of one step of forget_region(), and where to go on; empty: these were the last.
struct Forgetting {
  size_t changed = 0;
  std::optional<Error> failed;  // why one of them could not be changed, which kept no other
  std::string next;
};

class SecretStore {
 public:
  struct Parts {
    store::Store& store;
    kms::Keyring& keyring;
    Random& random;
    const Clock& clock;
    Region region;
    size_t cache_bytes = 64 << 20;  // what secrets may take in memory, about
    size_t max_secrets = 500'000;   // of an account; replicas count, but are never refused
  };
  explicit SecretStore(const Parts& parts);
  ~SecretStore();

  // A null pointer when there is none of that account and name, or its suffix is another.
  Result<SecretPointer> find(const SecretId& id) const;
  Result<SecretPointer> find(const AccountId& account, std::string_view name) const;

  // The value of a version that has one. kNotFound, kDecryptionFailure (AWS's text) when its KMS key is disabled,
  // pending deletion or deleted, and kCorrupt when it does not open.
  Result<SecretBytes> read_value(const SecretView& view, const VersionId& version) const;
  // Notes that the value was read today: LastAccessedDate of secret and version. Never blocks; written in the
  // background.
  void note_access(const SecretView& view, const VersionId& version);
  // Notes that copies of primaries here were read in `region`: LastAccessedDate of the region. What cannot be looked at
  // now is not noted; the region tells again when it or this process starts.
  void note_copy_accesses(const Region& region, std::span<const CopyAccess> accesses);
  // Writes noted accesses; called every second by a background thread and at stop.
  Result<void> flush_accesses();

  // Makes a secret in one transaction and draws the six characters of its ARN. kResourceExists (AWS's text) when the
  // name is taken, kInvalidRequest (AWS's text) when a secret of that name is scheduled for deletion, kLimitExceeded
  // when the account has as many secrets as it may.
  Result<SecretPointer> create(Change change);

  // Reads, calls `edit` with the current state, commits what it returns; repeats when another commit came between, also
  // if `edit` missed a value because of it (at most 50 times, then kServiceUnavailable). `edit` may be called more than
  // once. nullopt from `edit`: nothing to change. kResourceNotFound when there is no such secret.
  using Edit = std::function<Result<std::optional<Change>>(const SecretView&)>;
  Result<SecretPointer> update(const AccountId& account, std::string_view name, const Edit& edit);

  // Deletes record, values and index at once, if `check` agrees to the very state that is deleted, and returns that
  // state. kResourceNotFound when there is none, kInvalidParameter (AWS's text) when it has replicas, or what `check`
  // says, which may be called more than once.
  using Check = std::function<Result<void>(const SecretView&)>;
  Result<SecretPointer> erase(const AccountId& account, std::string_view name, const Check& check);
  // Erases what is past its recovery window; returns how many. One that cannot be erased does not keep the others: the
  // first error is returned at the end. Called by a background thread, and by tests with their clock.
  Result<size_t> erase_expired();

  // Secrets of an account from `after` on (exclusive; nullopt: from the first) in order of creation. One that is
  // damaged does not keep the others.
  struct Position {
    Time created;
    std::string name;
  };
  struct Page {
    std::vector<SecretPointer> secrets;
    std::optional<Position> next;  // absent on the last page
    std::vector<Error> damaged;    // for each secret that could not be looked at: kCorrupt, and which it is
  };
  Result<Page> list(const AccountId& account, const std::optional<Position>& after, size_t limit,
                    const std::function<bool(const SecretView&)>& matches) const;

  // Replication: what a replica region needs to know, and the region's side: applying it. See replica_state.h for the
  // rules. nullopt when there is no such secret, it is not a primary, or `to` is not among its replicas. Values whose
  // KMS key is disabled or gone are not in it, the versions are. All commits are in it, or, cheaper, those up to
  // `since`.
  Result<std::optional<ReplicaState>> export_state(const AccountId& account, std::string_view name, const Region& to,
                                                   ValuesToSend values,
                                                   std::optional<store::Revision> since = {}) const;
  Result<ApplyOutcome> apply_state(ReplicaState state);
  // An outcome for each, which are made durable together: the disk is waited for once, unless one of the secrets is
  // changed meanwhile. An error is none of the outcomes; some may be durable then. REQUIRES: no two of the same name.
  Result<std::vector<ApplyOutcome>> apply_states(std::vector<ReplicaState> states);
  Result<ApplyOutcome> apply_removal(const ReplicaRemoval& removal);
  // Records what the region answered. Progress of a secret that was deleted meanwhile, or made again, is dropped. The
  // dirty mark is cleared only if it is still the one that was sent.
  Result<void> record_progress(const ProgressReport& report);
  // The same together, of different secrets: what became of each, since one that is damaged keeps no other.
  std::vector<Result<void>> record_progress(std::span<const ProgressReport> reports);

  // Sends the state as it is to a region that has refused it, if `check` agrees: what was refused before counts no
  // more, what was acknowledged still does, so that a copy that is ahead stays, and force that was used up is not used
  // again. kResourceNotFound when there is no such secret, or what `check` says, which may be called more than once.
  Result<SecretPointer> retry(const AccountId& account, std::string_view name, const Region& region,
                              const Check& check);

  // Links a primary to a replica in another account, in one transaction, and marks the primary; the same two again
  // begin afresh. Returns the primary. kResourceNotFound when one of them is not there, or what `check` says.
  // REQUIRES: `check` lets only replicas through that have a cross-account primary.
  Result<SecretPointer> associate(const Association& association);
  // Brings the cross-account replica of a marked primary up to date, if `permission` allows, and clears the mark; in
  // one transaction with what it changes on both sides. What is refused for good is the link's failure, and clears the
  // mark as well. kIo, kCorrupt: nothing is changed, the mark stays.
  Result<CrossAccountOutcome> copy_across(const AccountId& account, std::string_view name,
                                          const CopyPermission& permission);

  // Whether the copies are still there: copy_check.h. What `region` has acknowledged and what it has refused, of the
  // primaries here, looking at `limit` secrets from `from` on (empty: from the first). kIo.
  Result<ExpectedCopies> expected_copies(const Region& region, std::string_view from, size_t limit) const;
  // The region's side: a verdict for each copy, and which copies were read. kIo.
  Result<CopyAnswer> check_copies(const Region& primary, const CopyCheck& check) const;
  // Marks what is not as expected, unless it has changed since; what is missing begins afresh, InProgress. How many.
  // REQUIRES: as many verdicts as copies. kIo.
  Result<size_t> send_again(const Region& region, const std::vector<ExpectedCopy>& copies,
                            const std::vector<CopyVerdict>& verdicts);

  // Marks those of the refused that are kOther, unless they are known to be replaced, have changed since, or are
  // marked: what is there now is found out by sending. How many. REQUIRES and errors as above.
  Result<size_t> send_refused(const Region& region, const std::vector<ExpectedCopy>& refused,
                              const std::vector<CopyVerdict>& verdicts);

  // How many copies here have ceased to follow that region since the process started: they were promoted, or follow a
  // promoted one; and how many primaries here were put above one there. Counted when that is durable.
  uint64_t departures_from(const Region& primary) const;

  // Looks at all secrets of all accounts. One that is damaged is not counted. kIo.
  Result<RegionUse> use_of(const Region& region) const;
  // Takes a region that is gone for good out of the replica regions of the primaries here, without telling it: looks at
  // `limit` secrets from `from` on (empty: from the first), each change a commit of its own. kIo.
  Result<Forgetting> forget_region(const Region& region, std::string_view from, size_t limit);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::secrets
