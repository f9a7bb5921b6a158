// Replication: what leaves a primary, and what a replica region accepts. The rules stand in replica_state.h.

#include <algorithm>
#include <iterator>

#include "secrets/record_codec.h"
#include "secrets/secret_store_impl.h"
#include "store/keys.h"

namespace coffer::secrets {
namespace {

// How often many secrets are tried in one transaction, which others disturb if they change any of them.
constexpr int kTriesTogether = 3;

bool has_value(const Version* version) {
  return version != nullptr && version->kind != ValueKind::kNone;
}

// The copy here is one of the same secret: its versions are those of the state, as far as they exist here.
bool is_replica_of(const ReplicaState& state, const SecretView* current) {
  return current != nullptr && current->secret.role == Role::kReplica && current->secret.suffix == state.suffix;
}

// What was changed here stays until the primary chooses another key.
const std::string& key_of_copy(const ReplicaState& state, const SecretView* current) {
  const bool keeps_key = is_replica_of(state, current) && current->secret.received_kms_key_id == state.kms_key_id;
  return keeps_key ? current->secret.kms_key_id : state.kms_key_id;
}

// Whether the state may come after the one of this copy, in the life of the primary that sent both.
bool follows(const ReplicaState& state, const Secret& copy) {
  const uint64_t base = state.base_state_id;
  const bool knows_us = base == 0 || base == copy.state_id || base == copy.base_state_id;
  return knows_us && state.generation > copy.generation;
}

// The copy is of this very state, but was made from a message that did not say where else the secret is.
bool completes(const ReplicaState& state, const Secret& copy) {
  return copy.siblings.empty() && !state.siblings.empty();
}

// What the copy in `region` must know to take the primary's place. A primary may have another account's key, with which
// nobody may seal a copy: there it will be the default key.
std::vector<ReplicaRegion> siblings_of(const Secret& secret, const Region& region) {
  const auto key = kms::parse_key_reference(secret.kms_key_id, secret.account, secret.primary_region);
  const bool is_own = key.ok() && (!*key || (*key)->account == secret.account);
  std::vector<ReplicaRegion> siblings = {{secret.primary_region, is_own ? secret.kms_key_id : "", false}};
  for (const ReplicaRegion& replica : secret.replicas) {
    if (replica.region != region) siblings.push_back({replica.region, replica.kms_key_id, false});
  }
  return siblings;
}

bool replicates_to(const SecretView& view, const Region& region) {
  const auto& replicas = view.secret.replicas;
  const bool is_there = std::ranges::find(replicas, region, &ReplicaRegion::region) != replicas.end();
  return view.secret.role == Role::kPrimary && is_there;
}

bool is_empty(const store::Transaction& transaction) {
  return transaction.puts.empty() && transaction.deletes.empty();
}

// The two become one, which happens or does not.
void append(store::Transaction&& from, store::Transaction& to) {
  std::ranges::move(from.preconditions, std::back_inserter(to.preconditions));
  std::ranges::move(from.puts, std::back_inserter(to.puts));
  std::ranges::move(from.deletes, std::back_inserter(to.deletes));
}

ApplyOutcome refused(ApplyVerdict verdict, std::string message) {
  return {verdict, {}, "Replication failed: " + std::move(message)};
}

}  // namespace

SecretView::Status SecretView::replica_status(const Region& region) const {
  const auto found = std::ranges::find(progress, region, &std::pair<Region, ReplicaProgress>::first);
  if (found == progress.end()) return {"InProgress", ""};
  const ReplicaProgress& known = found->second;
  if (known.failed) return {"Failed", known.message};
  if (known.acknowledged_generation >= secret.generation) return {"InSync", "Replication succeeded"};
  return {"InProgress", known.message};
}

Result<std::optional<ReplicaState>> SecretStore::Impl::export_state(const AccountId& account, std::string_view name,
                                                                    const Region& to, ValuesToSend values,
                                                                    std::optional<store::Revision> since) const {
  COFFER_ASSIGN(SecretPointer view, replicated(account, name, to, since ? From::kCache : From::kStore));
  if (view && since && view->revision < *since) {
    COFFER_ASSIGN(view, replicated(account, name, to, From::kStore));
  }
  if (!view) return std::optional<ReplicaState>();
  const Secret& secret = view->secret;
  const auto replica = std::ranges::find(secret.replicas, to, &ReplicaRegion::region);
  const auto progress = std::ranges::find(view->progress, to, &std::pair<Region, ReplicaProgress>::first);
  const uint64_t ever_acknowledged = progress == view->progress.end() ? 0 : progress->second.acknowledged_generation;
  const uint64_t acknowledged = values == ValuesToSend::kAll ? 0 : ever_acknowledged;
  ReplicaState state{.account = secret.account,
                     .name = secret.name,
                     .suffix = secret.suffix,
                     .primary_region = parts_.region,
                     .lineage_epoch = secret.lineage_epoch,
                     .generation = secret.generation,
                     .state_id = secret.state_id,
                     .base_state_id = ever_acknowledged == 0 ? 0 : progress->second.acknowledged_state_id,
                     // It was asked for once: what takes the name there later is somebody else's.
                     .force_overwrite = replica->force_overwrite && ever_acknowledged == 0,
                     .kms_key_id = replica->kms_key_id,
                     .description = secret.description,
                     .tags = secret.tags,
                     .tagged = secret.tagged,
                     .resource_policy = secret.resource_policy,
                     .policy_bindings = secret.policy_bindings,
                     .siblings = siblings_of(secret, to),
                     .foreign_replica = {},
                     .versions = {}};
  if (const auto& link = secret.cross_account_replica) {
    const ForeignSecret& foreign = link->replica;
    state.foreign_replica = secret_arn(parts_.region, foreign.account, foreign.name, foreign.suffix);
  }
  for (const Version& version : secret.versions) {
    ReplicaVersion exported{version, std::nullopt};
    if (has_value(&version) && version.generation > acknowledged) {
      Result<SecretBytes> value = reader_.read_value(*view, version.id);
      // Its KMS key is disabled or gone. The region may have the value, and need not wait for it with the others.
      if (!value.ok() && value.error().code != ErrorCode::kDecryptionFailure) return std::move(value).error();
      if (value.ok()) exported.value = std::move(value).value();
    }
    state.versions.push_back(std::move(exported));
  }
  return std::optional(std::move(state));
}

// Whether the very version is here with its value. Its id alone does not tell: a promoted copy and its old primary may
// both have been given the same id, for different values. Nor is a value here whose key was deleted.
bool SecretStore::Impl::is_here(const SecretView* replica, const Version& incoming) const {
  const Version* const here = replica == nullptr ? nullptr : replica->secret.version(incoming.id);
  const bool is_known = has_value(here) && here->generation == incoming.generation &&
                        here->created == incoming.created && here->kind == incoming.kind;
  if (!is_known || here->kms_key_arn.empty()) return is_known;
  const auto key = parts_.keyring.resolve(replica->secret.account, here->kms_key_arn);
  return !key.ok() || *key != nullptr;
}

// Whether the value stays as it is sealed here: it never changes, but its key does when the primary chose another one,
// and then all values that can be read come along.
bool SecretStore::Impl::stays_sealed(const SecretView* replica, const ReplicaVersion& incoming,
                                     const ReplicaState& state) const {
  if (!is_here(replica, incoming.version)) return false;
  return !incoming.value || replica->secret.received_kms_key_id == state.kms_key_id;
}

Result<uint64_t> SecretStore::Impl::fence_epoch(const ReplicaState& state) const {
  COFFER_ASSIGN(const auto row, parts_.store.get(fence_key(state.account, state.name, state.suffix)));
  if (!row) return uint64_t{0};
  const auto epoch = decode_fence(row->value);
  if (!epoch) return Error{ErrorCode::kCorrupt, "the fence of secret " + state.name + " is damaged"};
  return *epoch;
}

std::optional<ApplyOutcome> SecretStore::Impl::refusal(const ReplicaState& state, const SecretView* current,
                                                       uint64_t fence) const {
  const std::string& here = parts_.region.text();
  if (state.lineage_epoch < fence) {
    return refused(ApplyVerdict::kFenced,
                   "the secret in region " + here + " was promoted, and has been deleted since.");
  }
  if (current != nullptr) {
    const Secret& secret = current->secret;
    const bool same_lineage = secret.suffix == state.suffix;
    const bool same_primary = secret.primary_region == state.primary_region;
    if (same_lineage && state.lineage_epoch < secret.lineage_epoch) {
      const std::string& primary = secret.primary_region.text();
      ApplyOutcome fenced =
          refused(ApplyVerdict::kFenced,
                  secret.role == Role::kPrimary
                      ? "the secret in region " + here + " was promoted to a stand-alone secret."
                      : "the secret was promoted in region " + primary + ", which now replicates it to " + here + ".");
      fenced.successor = {secret.primary_region, secret.lineage_epoch};
      return fenced;
    }
    if (secret.role == Role::kReplica) {
      const bool newer_lineage = same_lineage && state.lineage_epoch > secret.lineage_epoch;
      // It was given up for a secret of that primary that has never arrived, and may be the last that has its values.
      const bool is_another = !same_lineage && !secret.has_arrived() && !state.force_overwrite;
      if (same_lineage && !same_primary && !newer_lineage) {
        return refused(ApplyVerdict::kOtherLineage, "the secret was promoted in region " +
                                                        secret.primary_region.text() +
                                                        " as well, which replicates it to " + here + ".");
      }
      if ((!same_primary && !newer_lineage) || is_another) {
        return refused(ApplyVerdict::kOtherLineage,
                       "Secret name " + state.name + " is currently replicated to " + here + " with a different arn");
      }
      if (same_lineage && !newer_lineage && state.generation == secret.generation &&
          state.state_id == secret.state_id) {
        return ApplyOutcome{ApplyVerdict::kAlreadyNewer, {}, ""};
      }
      if (same_lineage && !newer_lineage && !follows(state, secret)) {
        ApplyOutcome ahead = refused(
            ApplyVerdict::kAhead,
            "the copy in region " + here +
                " is ahead of its primary, which may have been restored from a backup. ReplicateSecretToRegions with "
                "ForceOverwriteReplicaSecret replaces the copy, StopReplicationToReplica keeps it.");
        ahead.generation = secret.generation;
        return ahead;
      }
    } else if (!state.force_overwrite || !secret.replicas.empty() || secret.cross_account_replica) {
      std::string message = "Secret name " + state.name + " already exists in region " + here + ".";
      const bool is_promoted_twice = same_lineage && state.lineage_epoch == secret.lineage_epoch;
      if (is_promoted_twice) {
        message += " It was promoted there as well; coffer failover --from " + here + " --to " +
                   state.primary_region.text() + " --secret " + state.name + " --force makes this one count.";
      } else if (same_lineage) {
        message += " It was the primary until another region was promoted; coffer rejoin gives it up.";
      }
      return refused(ApplyVerdict::kNameTaken, message);
    }
  }
  return std::nullopt;
}

std::optional<ApplyOutcome> SecretStore::Impl::missing_values(const ReplicaState& state,
                                                              const SecretView* current) const {
  ApplyOutcome needed{ApplyVerdict::kNeedVersions, {}, ""};
  const SecretView* const replica = is_replica_of(state, current) ? current : nullptr;
  for (const ReplicaVersion& incoming : state.versions) {
    if (!has_value(&incoming.version) || incoming.value) continue;
    if (!is_here(replica, incoming.version)) needed.needed.push_back(incoming.version.id);
  }
  if (needed.needed.empty()) return std::nullopt;
  return needed;
}

Result<std::optional<ApplyOutcome>> SecretStore::Impl::key_refusal(std::string_view kms_key_id,
                                                                   const AccountId& account) const {
  const Result<SealingKey> key = sealing_key(account, kms_key_id);
  Result<void> usable = !key.ok() ? Result<void>(key.error())
                        : *key    ? parts_.keyring.check_usable(**key, {{"SecretVersionId", kms::kUsabilityCheck}})
                                  : Result<void>();
  if (usable.ok()) return std::optional<ApplyOutcome>();
  const Error& error = usable.error();
  // Trouble of this region is no verdict about the key.
  if (!is_wire_error(error.code) || http_status(error.code) >= 500) return error;
  return std::optional(refused(ApplyVerdict::kKeyUnusable, error.message));
}

Secret SecretStore::Impl::replica_record(const ReplicaState& state, const SecretView* current) const {
  Secret secret;
  secret.account = state.account;
  secret.name = state.name;
  secret.suffix = state.suffix;
  secret.description = state.description;
  secret.tags = state.tags;
  secret.tagged = state.tagged;
  secret.resource_policy = state.resource_policy;
  secret.policy_bindings = state.policy_bindings;
  secret.siblings = state.siblings;
  secret.primarys_foreign_replica = state.foreign_replica;
  secret.kms_key_id = key_of_copy(state, current);
  secret.received_kms_key_id = state.kms_key_id;
  secret.changed = parts_.clock.now();
  secret.created = is_replica_of(state, current) ? current->secret.created : secret.changed;
  secret.role = Role::kReplica;
  secret.primary_region = state.primary_region;
  secret.lineage_epoch = state.lineage_epoch;
  secret.generation = state.generation;
  secret.state_id = state.state_id;
  secret.base_state_id = state.base_state_id;
  for (const ReplicaVersion& incoming : state.versions) {
    Version& version = secret.versions.emplace_back(incoming.version);
    const SecretView* const replica = is_replica_of(state, current) ? current : nullptr;
    // Keys are those of this region.
    version.kms_key_arn = is_here(replica, version) ? replica->secret.version(version.id)->kms_key_arn : "";
  }
  return secret;
}

Result<store::Transaction> SecretStore::Impl::replica_transaction(const ReplicaState& state,
                                                                  const SecretView* current) {
  const SecretView* const replica = is_replica_of(state, current) ? current : nullptr;
  Secret secret = replica_record(state, current);
  const std::string record = record_key(secret.account, secret.name);
  store::Transaction transaction;
  transaction.preconditions.push_back({record, current == nullptr ? 0 : current->revision});
  COFFER_ASSIGN(const SealingKey key, sealing_key(secret.account, secret.kms_key_id));
  if (replica == nullptr) transaction.puts.push_back({creation_key(secret.account, secret.created, secret.name), ""});
  for (const ReplicaVersion& incoming : state.versions) {
    if (!has_value(&incoming.version) || stays_sealed(replica, incoming, state)) continue;
    COFFER_TRY(append_value(key, incoming.version.id, *incoming.value, secret, transaction));
  }
  transaction.puts.push_back({record, encode_secret(secret)});
  if (current == nullptr) return transaction;
  if (replica != nullptr) {
    // It keeps its place in the list and its access dates; versions that the primary removed go.
    for (const Version& old : current->secret.versions) {
      if (secret.version(old.id) == nullptr)
        transaction.deletes.push_back(value_key(secret.account, secret.name, old.id));
    }
    return transaction;
  }
  store::Transaction old;
  append_deletion(*current, old);
  for (store::Put& put : old.puts)
    transaction.puts.push_back(std::move(put));
  for (std::string& key : old.deletes) {
    const bool is_put = std::ranges::find(transaction.puts, key, &store::Put::key) != transaction.puts.end();
    if (!is_put) transaction.deletes.push_back(std::move(key));
  }
  return transaction;
}

// What could not be synced is not seen, but may be there after a restart: without it nobody can say that there is
// nothing to be done.
Result<void> SecretStore::Impl::check_sees_all() const {
  if (parts_.store.can_commit()) return {};
  return Error{ErrorCode::kIo, "the store cannot be written, and what is there is not certain"};
}

Result<SecretStore::Impl::Application> SecretStore::Impl::application(const ReplicaState& state) {
  COFFER_ASSIGN(const SecretPointer current, reader_.load(state.account, state.name));
  COFFER_ASSIGN(const uint64_t fence, fence_epoch(state));
  if (auto outcome = refusal(state, current.get(), fence)) {
    Application refused{std::move(*outcome), {}};
    if (refused.outcome.verdict == ApplyVerdict::kAlreadyNewer) refused.outcome.accessed = current->last_accessed;
    if (refused.outcome.verdict != ApplyVerdict::kAlreadyNewer || !completes(state, current->secret)) return refused;
    Secret secret = current->secret;
    secret.siblings = state.siblings;
    const std::string record = record_key(state.account, state.name);
    refused.transaction.preconditions.push_back({record, current->revision});
    refused.transaction.puts.push_back({record, encode_secret(secret)});
    return refused;
  }
  COFFER_ASSIGN(auto unusable, key_refusal(key_of_copy(state, current.get()), state.account));
  if (unusable) return Application{std::move(*unusable), {}};
  if (auto missing = missing_values(state, current.get())) return Application{std::move(*missing), {}};
  COFFER_ASSIGN(store::Transaction transaction, replica_transaction(state, current.get()));
  Application applied{{}, std::move(transaction)};
  if (is_replica_of(state, current.get())) {
    const Region& followed = current->secret.primary_region;
    applied.outcome.accessed = current->last_accessed;
    if (followed != state.primary_region) applied.left = followed;
  }
  return applied;
}

Result<ApplyOutcome> SecretStore::Impl::apply_state(const ReplicaState& state) {
  return until_undisturbed<ApplyOutcome>([&]() -> Result<std::optional<ApplyOutcome>> {
    COFFER_ASSIGN(Application applied, application(state));
    if (is_empty(applied.transaction)) {
      COFFER_TRY(check_sees_all());
      return std::optional(std::move(applied.outcome));
    }
    COFFER_ASSIGN(const auto committed, try_commit(std::move(applied.transaction)));
    if (committed && applied.left) note_departures({&*applied.left, 1});
    return committed ? std::optional(std::move(applied.outcome)) : std::nullopt;
  });
}

Result<std::vector<ApplyOutcome>> SecretStore::Impl::apply_states(const std::vector<ReplicaState>& states) {
  std::vector<ApplyOutcome> outcomes;
  for (int i = 0; i < kTriesTogether; ++i) {
    outcomes.clear();
    store::Transaction together;
    std::vector<Region> left;
    for (const ReplicaState& state : states) {
      COFFER_ASSIGN(Application applied, application(state));
      append(std::move(applied.transaction), together);
      if (applied.left) left.push_back(std::move(*applied.left));
      outcomes.push_back(std::move(applied.outcome));
    }
    if (is_empty(together)) {
      COFFER_TRY(check_sees_all());
      return outcomes;
    }
    COFFER_ASSIGN(const auto committed, try_commit(std::move(together)));
    if (committed) {
      note_departures(left);
      return outcomes;
    }
  }
  outcomes.clear();
  for (const ReplicaState& state : states) {
    COFFER_ASSIGN(ApplyOutcome outcome, apply_state(state));
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

Result<ApplyOutcome> SecretStore::Impl::apply_removal(const ReplicaRemoval& removal) {
  return until_undisturbed<ApplyOutcome>([&]() -> Result<std::optional<ApplyOutcome>> {
    const ApplyOutcome nothing_to_do{ApplyVerdict::kAlreadyNewer, {}, ""};
    COFFER_ASSIGN(const SecretPointer current, reader_.load(removal.account, removal.name));
    COFFER_TRY(check_sees_all());
    if (!current) return std::optional(nothing_to_do);
    const Secret& secret = current->secret;
    // Promoted, or the replica of somebody else or newer: not the sender's to delete. A copy of an earlier secret of
    // the sender's is: its removal was overtaken by the next secret of that name.
    const bool newer = secret.suffix == removal.suffix && secret.lineage_epoch > removal.lineage_epoch;
    // Nothing of the sender's: it was given up for a secret of the sender's that has never arrived.
    const bool is_own = secret.suffix != removal.suffix && !secret.has_arrived();
    if (secret.role != Role::kReplica || secret.primary_region != removal.primary_region || newer || is_own) {
      return std::optional(nothing_to_do);
    }
    store::Transaction transaction;
    transaction.preconditions.push_back({record_key(removal.account, removal.name), current->revision});
    append_deletion(*current, transaction);
    COFFER_ASSIGN(const auto committed, try_commit(std::move(transaction)));
    return committed ? std::optional(ApplyOutcome{}) : std::nullopt;
  });
}

Result<SecretPointer> SecretStore::Impl::replicated(const AccountId& account, std::string_view name,
                                                    const Region& region, From from) const {
  if (from == From::kCache) {
    COFFER_ASSIGN(SecretPointer known, reader_.look(account, name));
    if (known && replicates_to(*known, region)) return known;
  }
  COFFER_ASSIGN(SecretPointer view, reader_.load(account, name));
  return view && replicates_to(*view, region) ? view : SecretPointer();
}

Result<store::Transaction> SecretStore::Impl::progress_transaction(const ProgressReport& report, From from) {
  COFFER_ASSIGN(SecretPointer current, replicated(report.account, report.name, report.region, from));
  if (current && current->secret.suffix != report.suffix && from == From::kCache) {
    COFFER_ASSIGN(current, replicated(report.account, report.name, report.region, From::kStore));
  }
  store::Transaction transaction;
  if (current && current->secret.suffix == report.suffix) {
    transaction.preconditions.push_back({record_key(report.account, report.name), current->revision});
    transaction.puts.push_back(
        {progress_key(report.account, report.name, report.region), encode_progress(report.progress)});
  }
  if (report.mark_to_clear) {
    // A mark that changed meanwhile stands for a newer state and must stay.
    const store::Row& mark = *report.mark_to_clear;
    COFFER_ASSIGN(const auto now, parts_.store.get(mark.key));
    if (now && now->revision == mark.revision) {
      transaction.preconditions.push_back({mark.key, mark.revision});
      transaction.deletes.push_back(mark.key);
    }
  }
  return transaction;
}

Result<void> SecretStore::Impl::record_progress(const ProgressReport& report) {
  COFFER_TRY(until_undisturbed<bool>([&]() -> Result<std::optional<bool>> {
    COFFER_ASSIGN(store::Transaction transaction, progress_transaction(report, From::kStore));
    if (is_empty(transaction)) return std::optional(true);
    COFFER_ASSIGN(const auto committed, try_commit(std::move(transaction)));
    return committed ? std::optional(true) : std::nullopt;
  }));
  return {};
}

std::vector<Result<void>> SecretStore::Impl::record_progress(std::span<const ProgressReport> reports) {
  if (reports.size() == 1) return {record_progress(reports.front())};
  const Result<bool> together = record_together(reports);
  if (!together.ok()) return std::vector<Result<void>>(reports.size(), together.error());
  std::vector<Result<void>> recorded(reports.size());
  if (*together) return recorded;
  // By halves: one that is damaged or changed all the time leaves most of the others together.
  recorded = record_progress(reports.first(reports.size() / 2));
  std::ranges::move(record_progress(reports.subspan(reports.size() / 2)), std::back_inserter(recorded));
  return recorded;
}

Result<bool> SecretStore::Impl::record_together(std::span<const ProgressReport> reports) {
  for (const From from : {From::kCache, From::kStore}) {
    store::Transaction together;
    for (const ProgressReport& report : reports) {
      Result<store::Transaction> transaction = progress_transaction(report, from);
      if (!transaction.ok()) return false;  // each alone tells which it is
      append(std::move(*transaction), together);
    }
    if (is_empty(together)) return true;
    COFFER_ASSIGN(const auto committed, try_commit(std::move(together)));
    if (committed) return true;
  }
  return false;
}

Result<SecretPointer> SecretStore::Impl::retry(const AccountId& account, std::string_view name, const Region& region,
                                               const Check& check) {
  COFFER_TRY(until_undisturbed<bool>([&]() -> Result<std::optional<bool>> {
    COFFER_ASSIGN(const SecretPointer current, reader_.load(account, name));
    if (!current) return Error{ErrorCode::kResourceNotFound, "Secrets Manager can't find the specified secret."};
    COFFER_TRY(check(*current));
    store::Transaction transaction;
    append_mark_again(*current, region, transaction);
    const auto known = std::ranges::find(current->progress, region, &std::pair<Region, ReplicaProgress>::first);
    if (known != current->progress.end()) {
      ReplicaProgress progress = known->second;
      progress.failed = false;
      progress.message.clear();
      progress.replaced_by.reset();
      transaction.puts.push_back({progress_key(account, name, region), encode_progress(progress)});
    }
    COFFER_ASSIGN(const auto committed, try_commit(std::move(transaction)));
    return committed ? std::optional(true) : std::nullopt;
  }));
  return reader_.load(account, name);
}

}  // namespace coffer::secrets
