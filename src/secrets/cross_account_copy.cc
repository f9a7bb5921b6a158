// Associations, and the copies that follow from them: both secrets change in one transaction, on condition that
// neither has changed since it was looked at. So nothing of a primary arrives once its replica was promoted, or once
// the two were taken apart.

#include <algorithm>

#include "secrets/cross_account.h"
#include "secrets/record_codec.h"
#include "secrets/secret_store_impl.h"

namespace coffer::secrets {
namespace {

using Outcome = CrossAccountOutcome;

Error not_found() {
  return Error{ErrorCode::kResourceNotFound, "Secrets Manager can't find the specified secret."};
}

void append(store::Transaction more, store::Transaction& transaction) {
  std::ranges::move(more.preconditions, std::back_inserter(transaction.preconditions));
  std::ranges::move(more.puts, std::back_inserter(transaction.puts));
  std::ranges::move(more.deletes, std::back_inserter(transaction.deletes));
}

bool contains(const std::vector<VersionId>& ids, const VersionId& id) {
  return std::ranges::find(ids, id) != ids.end();
}

// What is wrong with a policy or a key, and not with this region.
bool is_verdict(const Error& error) {
  return is_wire_error(error.code) && http_status(error.code) < 500;
}

std::string status_message(std::string_view why) {
  return "Replication failed: " + std::string(why);
}

}  // namespace

store::OutboxKey cross_account_mark(const Region& region, const AccountId& account, std::string_view name) {
  return {region, std::string(kCrossAccountMark), account, std::string(name)};
}

Result<SecretPointer> SecretStore::Impl::associate(const Association& association) {
  return until_undisturbed<SecretPointer>([&]() -> Result<std::optional<SecretPointer>> {
    COFFER_ASSIGN(const SecretPointer primary, reader_.load(association.primary.account, association.primary.name));
    COFFER_ASSIGN(const SecretPointer replica, reader_.load(association.replica.account, association.replica.name));
    if (!primary || foreign_secret(primary->secret) != association.primary) return not_found();
    if (!replica || foreign_secret(replica->secret) != association.replica) return not_found();
    COFFER_TRY(association.check(*primary, *replica));
    uint64_t id = 0;
    while (id == 0)
      id = draw_state_id();
    Change sender;
    Change receiver;
    sender.secret = primary->secret;
    receiver.secret = replica->secret;
    sender.secret.cross_account_replica = association.link;
    sender.secret.cross_account_replica->replica = association.replica;
    sender.secret.cross_account_replica->association = id;
    receiver.secret.cross_account_primary->association = id;
    COFFER_ASSIGN(store::Transaction transaction, update_transaction(*primary, sender));
    COFFER_ASSIGN(store::Transaction more, update_transaction(*replica, receiver));
    append(std::move(more), transaction);
    COFFER_ASSIGN(const auto committed, try_commit(std::move(transaction)));
    if (!committed) return std::optional<SecretPointer>();
    return std::optional(changed_view(*primary, std::move(sender), *committed));
  });
}

// The versions as the replica is to have them, and of those the ones whose values have to come along: no others than
// those that were decided about. `kept`: whose values are there.
Result<SecretStore::Impl::VersionsToCopy> SecretStore::Impl::versions_to_copy(
    const CrossAccountCopy& copy, const std::vector<VersionId>& kept) const {
  VersionsToCopy copied;
  for (const Version& version : copy.primary.secret.versions) {
    const bool is_sealed_here = contains(kept, version.id);
    if (version.kind == ValueKind::kNone || is_sealed_here) {
      Version& same = copied.versions.emplace_back(version);
      same.kms_key_arn = is_sealed_here ? copy.replica.secret.version(version.id)->kms_key_arn : "";
      continue;
    }
    if (!contains(copy.versions, version.id)) continue;
    Result<SecretBytes> value = reader_.read_value(copy.primary, version.id);
    if (!value.ok()) {
      const bool is_missed = !version.stages.empty();
      // Its KMS key is disabled or gone: nobody can read it, and nobody should miss it but by its label.
      if (value.error().code == ErrorCode::kDecryptionFailure && !is_missed) continue;
      return std::move(value).error();
    }
    copied.versions.emplace_back(version).kms_key_arn.clear();
    copied.values.push_back({version.id, std::move(value).value()});
  }
  return copied;
}

Result<store::Transaction> SecretStore::Impl::copy_transaction(const CrossAccountCopy& copy,
                                                               VersionsToCopy copied) const {
  const Secret& before = copy.replica.secret;
  Secret secret = before;
  secret.versions = std::move(copied.versions);
  secret.description = copy.primary.secret.description;
  secret.generation = std::max(secret.generation, copy.primary.secret.generation);
  secret.changed = parts_.clock.now();
  const std::string record = record_key(secret.account, secret.name);
  store::Transaction transaction;
  transaction.preconditions.push_back({record, copy.replica.revision});
  for (const Change::NewValue& value : copied.values)
    COFFER_TRY(append_value(copy.key->info.name, value.version, value.value, secret, transaction));
  transaction.puts.push_back({record, encode_secret(secret)});
  for (const Version& old : before.versions) {
    if (secret.version(old.id) == nullptr)
      transaction.deletes.push_back(value_key(secret.account, secret.name, old.id));
  }
  return transaction;
}

Result<kms::KeyPointer> SecretStore::Impl::key_of_replica(const Secret& replica) const {
  COFFER_ASSIGN(kms::KeyPointer key, parts_.keyring.resolve(replica.account, replica.kms_key_id));
  // A copy is sealed for nobody whom another account's key could let in, and a default key lets no other account in.
  const bool is_own_customer_key = key != nullptr && !key->info.is_default && key->info.name.account == replica.account;
  return is_own_customer_key ? std::move(key) : kms::KeyPointer();
}

Result<SecretStore::Impl::MaybeRefused> SecretStore::Impl::copy_refusal(const CrossAccountCopy& copy,
                                                                        const CopyPermission& permission) const {
  const auto refused = [](const Error& error, std::string_view for_replica) -> Result<MaybeRefused> {
    if (!is_verdict(error)) return error;
    return std::optional(CopyRefusal{status_message(error.message), std::string(for_replica)});
  };
  const Result<void> may_read = permission.permit_reading(copy);
  if (!may_read.ok()) return refused(may_read.error(), kReadingRefused);
  if (copy.versions.empty()) return MaybeRefused();
  // Of the replica's own key its account is told which it is, but not who would use it.
  if (copy.key == nullptr) {
    const Error gone{ErrorCode::kEncryptionFailure, "Access to KMS is not allowed"};
    return refused(gone, status_message(gone.message));
  }
  const Result<void> may_seal = permission.permit_sealing(copy);
  if (!may_seal.ok()) {
    return refused(may_seal.error(), status_message("account " + copy.primary.secret.account.text() +
                                                    " is not authorized to perform: kms:Encrypt on resource: " +
                                                    kms::key_arn(parts_.region, copy.key->info.name)));
  }
  const Result<void> usable =
      parts_.keyring.check_usable(copy.key->info.name, {{"SecretVersionId", kms::kUsabilityCheck}});
  if (!usable.ok()) return refused(usable.error(), status_message(usable.error().message));
  return MaybeRefused();
}

Result<SecretStore::Impl::CopyAttempt> SecretStore::Impl::permitted_copy(const SecretView& primary,
                                                                         const SecretView& replica,
                                                                         const CopyPermission& permission) const {
  CrossAccountCopy copy{primary, replica, nullptr, {}};
  std::vector<VersionId> kept;
  std::vector<VersionId> unlabelled;
  for (const Version& version : primary.secret.versions) {
    if (version.kind == ValueKind::kNone) continue;
    // Asked once: a key that is deleted later in this copy changes nothing about what it is allowed to read.
    const bool is_kept = is_here(&replica, version);
    (is_kept ? kept : version.stages.empty() ? unlabelled : copy.versions).push_back(version.id);
  }
  // The very key that is decided about, whatever the replica's kms_key_id means by the time of the commit.
  if (!copy.versions.empty() || !unlabelled.empty()) {
    COFFER_ASSIGN(copy.key, key_of_replica(replica.secret));
  }
  COFFER_ASSIGN(MaybeRefused refusal, copy_refusal(copy, permission));
  if (refusal) return CopyAttempt{std::move(refusal), {}};
  // An old version that may not come along keeps no other: nobody asks for it but by its id.
  for (VersionId& id : unlabelled) {
    COFFER_ASSIGN(const MaybeRefused left_out, copy_refusal({primary, replica, copy.key, {id}}, permission));
    if (!left_out) copy.versions.push_back(std::move(id));
  }
  Result<VersionsToCopy> copied = versions_to_copy(copy, kept);
  if (!copied.ok()) {
    const Error& error = copied.error();
    if (!is_verdict(error)) return error;
    return CopyAttempt{CopyRefusal{status_message(error.message), std::string(kReadingRefused)}, {}};
  }
  COFFER_ASSIGN(store::Transaction transaction, copy_transaction(copy, std::move(*copied)));
  return CopyAttempt{std::nullopt, std::move(transaction)};
}

Result<Outcome> SecretStore::Impl::copy_across(const AccountId& account, std::string_view name,
                                               const CopyPermission& permission) {
  const std::string mark_key = cross_account_mark(parts_.region, account, name).text();
  return until_undisturbed<Outcome>([&]() -> Result<std::optional<Outcome>> {
    // The mark first: whatever changes from here on makes another.
    COFFER_ASSIGN(const auto mark, parts_.store.get(mark_key));
    if (!mark) return std::optional(Outcome{});
    store::Transaction transaction;
    transaction.preconditions.push_back({mark_key, mark->revision});
    transaction.deletes.push_back(mark_key);

    COFFER_ASSIGN(const SecretPointer primary, reader_.load(account, name));
    const CrossAccountReplica* const link =
        primary && primary->secret.cross_account_replica ? &*primary->secret.cross_account_replica : nullptr;
    SecretPointer replica;
    if (link != nullptr) {
      COFFER_ASSIGN(replica, reader_.load(link->replica.account, link->replica.name));
    }
    Outcome outcome;
    if (replica && is_linked(primary->secret, replica->secret)) {
      Secret sender = primary->secret;
      CrossAccountReplica& progress = *sender.cross_account_replica;
      COFFER_ASSIGN(CopyAttempt attempt, permitted_copy(*primary, *replica, permission));
      progress.failed = attempt.refusal.has_value();
      CopyRefusal told = std::move(attempt.refusal).value_or(CopyRefusal());
      progress.message = told.message;
      progress.message_for_replica = std::move(told.message_for_replica);
      outcome = {progress.failed ? Outcome::Kind::kFailed : Outcome::Kind::kCopied, std::move(told.message)};
      if (!progress.failed) {
        progress.acknowledged_generation = sender.generation;
        append(std::move(attempt.transaction), transaction);
      }
      const std::string record = record_key(account, name);
      transaction.preconditions.push_back({record, primary->revision});
      transaction.puts.push_back({record, encode_secret(sender)});
    }
    COFFER_ASSIGN(const auto committed, try_commit(std::move(transaction)));
    return committed ? std::optional(outcome) : std::nullopt;
  });
}

}  // namespace coffer::secrets
