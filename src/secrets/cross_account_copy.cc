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

// What is wrong with a policy or a key, and not with this region.
bool is_verdict(const Error& error) {
  return is_wire_error(error.code) && http_status(error.code) < 500;
}

std::string status_message(const Error& error) {
  constexpr std::string_view kFailed = "Replication failed: ";
  return error.message.starts_with(kFailed) ? error.message : std::string(kFailed) + error.message;
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

// The versions as the replica is to have them, and of those the ones whose values have to come along.
Result<SecretStore::Impl::VersionsToCopy> SecretStore::Impl::versions_to_copy(const SecretView& primary,
                                                                              const SecretView& replica) const {
  VersionsToCopy copied;
  for (const Version& version : primary.secret.versions) {
    const bool is_sealed_here = is_here(&replica, version);
    if (version.kind == ValueKind::kNone || is_sealed_here) {
      Version& kept = copied.versions.emplace_back(version);
      kept.kms_key_arn = is_sealed_here ? replica.secret.version(version.id)->kms_key_arn : "";
      continue;
    }
    Result<SecretBytes> value = reader_.read_value(primary, version.id);
    if (!value.ok()) {
      // Its KMS key is disabled or gone: nobody can read it, and nobody should miss it but by its label.
      if (value.error().code == ErrorCode::kDecryptionFailure && version.stages.empty()) continue;
      return std::move(value).error();
    }
    copied.versions.emplace_back(version).kms_key_arn.clear();
    copied.values.push_back({version.id, std::move(value).value()});
  }
  return copied;
}

Result<store::Transaction> SecretStore::Impl::copy_transaction(const SecretView& primary, const SecretView& replica,
                                                               VersionsToCopy copied) const {
  Secret secret = replica.secret;
  secret.versions = std::move(copied.versions);
  secret.description = primary.secret.description;
  secret.generation = std::max(secret.generation, primary.secret.generation);
  secret.changed = parts_.clock.now();
  const std::string record = record_key(secret.account, secret.name);
  store::Transaction transaction;
  transaction.preconditions.push_back({record, replica.revision});
  COFFER_ASSIGN(const SealingKey key, sealing_key(secret.account, secret.kms_key_id));
  for (const Change::NewValue& value : copied.values)
    COFFER_TRY(append_value(key, value.version, value.value, secret, transaction));
  transaction.puts.push_back({record, encode_secret(secret)});
  for (const Version& old : replica.secret.versions) {
    if (secret.version(old.id) == nullptr)
      transaction.deletes.push_back(value_key(secret.account, secret.name, old.id));
  }
  return transaction;
}

Result<store::Transaction> SecretStore::Impl::permitted_copy(const SecretView& primary, const SecretView& replica,
                                                             const CopyPermission& permission) const {
  CrossAccountCopy copy{primary, replica, {}};
  for (const Version& version : primary.secret.versions) {
    if (version.kind != ValueKind::kNone && !is_here(&replica, version)) copy.versions.push_back(version.id);
  }
  COFFER_TRY(permission.permit(copy));
  COFFER_ASSIGN(const auto unusable, key_refusal(replica.secret.kms_key_id, replica.secret.account));
  if (unusable && !copy.versions.empty()) return Error{ErrorCode::kEncryptionFailure, unusable->message};
  COFFER_ASSIGN(VersionsToCopy copied, versions_to_copy(primary, replica));
  return copy_transaction(primary, replica, std::move(copied));
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
      Result<store::Transaction> copied = permitted_copy(*primary, *replica, permission);
      if (!copied.ok() && !is_verdict(copied.error())) return std::move(copied).error();
      outcome = copied.ok() ? Outcome{Outcome::Kind::kCopied, ""}
                            : Outcome{Outcome::Kind::kFailed, status_message(copied.error())};
      progress.failed = !copied.ok();
      progress.message = outcome.message;
      if (copied.ok()) {
        progress.acknowledged_generation = sender.generation;
        append(std::move(copied).value(), transaction);
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
