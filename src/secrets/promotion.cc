#include "secrets/promotion.h"

#include <algorithm>

namespace coffer::secrets {
namespace {

Error refusal(std::string message) {
  return Error{ErrorCode::kInvalidRequest, std::move(message)};
}

Result<void> refuse_pending_deletion(const SecretView& view) {
  if (!view.secret.pending_deletion()) return {};
  return refusal("You can't perform this operation on the secret because it was marked for deletion.");
}

Change change_of(const SecretView& view) {
  Change change;
  change.secret = view.secret;
  return change;
}

Result<Change> promoted_once_more(const SecretView& view, const Region& from, uint64_t rival_epoch) {
  COFFER_TRY(refuse_pending_deletion(view));
  const uint64_t epoch = view.secret.lineage_epoch;
  if (epoch != rival_epoch) {
    return refusal("The secret was not promoted here and in " + from.text() + " at a time: the lineage epoch here is " +
                   std::to_string(epoch) + ", not " + std::to_string(rival_epoch) + ".");
  }
  const std::vector<ReplicaRegion>& replicas = view.secret.replicas;
  if (std::ranges::find(replicas, from, &ReplicaRegion::region) == replicas.end()) {
    return refusal("The secret is not replicated to " + from.text() +
                   ", where it would go on. ReplicateSecretToRegions with that region first.");
  }
  for (const auto& [region, progress] : view.progress) {
    const auto& successor = progress.replaced_by;
    if (!successor || successor->lineage_epoch <= epoch) continue;
    return refusal("The secret has been replaced by the one that was promoted in " + successor->region.text() + ".");
  }
  Change change = change_of(view);
  ++change.secret.lineage_epoch;
  for (ReplicaRegion& replica : change.secret.replicas) {
    // It was asked for once: what stands alone there now is somebody else's.
    replica.force_overwrite = false;
    change.restarted_replicas.push_back(replica.region);
  }
  return change;
}

// What the region follows, or is, instead of this primary, as far as is known here.
const std::optional<ReplicaProgress::Successor>& replaced_by(const SecretView& view, const Region& region) {
  static const std::optional<ReplicaProgress::Successor> kNobody;
  const auto progress = std::ranges::find(view.progress, region, &std::pair<Region, ReplicaProgress>::first);
  return progress == view.progress.end() ? kNobody : progress->second.replaced_by;
}

}  // namespace

Result<Change> promoted(const SecretView& view, const Region& here) {
  COFFER_TRY(refuse_pending_deletion(view));
  if (view.secret.role != Role::kReplica) {
    return refusal(
        "You can't stop the replication of a secret that is not a replica. Call this operation in the replica's "
        "Region, or use RemoveRegionsFromReplication.");
  }
  Change change = change_of(view);
  change.secret.role = Role::kPrimary;
  change.secret.primary_region = here;
  change.secret.replicas.clear();
  change.secret.siblings.clear();
  // It goes on being fed by nobody: both are secrets of one region, and this is another one.
  change.secret.primarys_foreign_replica.clear();
  change.secret.cross_account_primary.reset();
  ++change.secret.lineage_epoch;
  return change;
}

Result<Change> failed_over(const SecretView& view, const Failover& failover) {
  const auto& [from, regions, rival_epoch] = failover;
  const Region& here = regions.self();
  const Secret& secret = view.secret;
  if (secret.role != Role::kReplica) {
    if (rival_epoch) return promoted_once_more(view, from, *rival_epoch);
    return refusal("The secret is not a replica: its primary is in " + here.text() + ", where this was asked.");
  }
  if (!secret.is_region_replica()) {
    return refusal("The secret is a replica of one in another account. StopReplicationToReplica makes it stand alone.");
  }
  if (secret.primary_region != from) {
    return refusal("The secret is a replica of the primary in " + secret.primary_region.text() + ", not of one in " +
                   from.text() + ".");
  }
  COFFER_ASSIGN(Change change, promoted(view, here));
  for (const ReplicaRegion& sibling : secret.siblings) {
    if (!regions.has_other(sibling.region)) continue;
    change.secret.replicas.push_back(sibling);
    change.restarted_replicas.push_back(sibling.region);
  }
  return change;
}

const ReplicaProgress::Successor* successor_of(const SecretView& view) {
  const ReplicaProgress::Successor* newest = nullptr;
  for (const ReplicaRegion& replica : view.secret.replicas) {
    const auto& successor = replaced_by(view, replica.region);
    if (!successor) return nullptr;
    if (newest == nullptr || successor->lineage_epoch > newest->lineage_epoch) newest = &*successor;
  }
  return newest != nullptr && newest->lineage_epoch > view.secret.lineage_epoch ? newest : nullptr;
}

Result<Change> rejoined(const SecretView& view, const Region& primary) {
  const Secret& secret = view.secret;
  COFFER_TRY(refuse_pending_deletion(view));
  if (secret.role != Role::kPrimary) {
    return refusal("The secret is a replica already, of the primary in " + secret.primary_region.text() + ".");
  }
  uint64_t epoch = 0;  // of the promoted one
  for (const ReplicaRegion& replica : secret.replicas) {
    const auto& successor = replaced_by(view, replica.region);
    if (successor && successor->region == primary) epoch = std::max(epoch, successor->lineage_epoch);
  }
  if (epoch <= secret.lineage_epoch) {
    return refusal("No region has answered that the secret was promoted in " + primary.text() +
                   ", so this may be the only primary. Regions that reach each other find that out within seconds.");
  }
  std::string following;
  for (const ReplicaRegion& replica : secret.replicas) {
    if (!replaced_by(view, replica.region))
      following.append(following.empty() ? "" : ", ").append(replica.region.text());
  }
  if (!following.empty()) {
    return refusal(
        "As far as is known here, this is the primary that regions [" + following +
        "] follow. Replicate the promoted secret to them, and RetryReplication here, which finds out; or take "
        "them out by RemoveRegionsFromReplication.");
  }
  Change change = change_of(view);
  change.secret.role = Role::kReplica;
  change.secret.primary_region = primary;
  change.secret.replicas.clear();
  change.secret.rotation.reset();
  // Older than anything that the promoted one sends, and of its lineage: who promotes this copy all the same does not
  // end up beside another primary of the same epoch.
  change.secret.lineage_epoch = epoch;
  change.secret.generation = 0;
  // Values that the primary has as well stay sealed as they are.
  change.secret.received_kms_key_id = secret.kms_key_id;
  return change;
}

Result<void> check_replicated_to(const SecretView& view, const Region& region) {
  COFFER_TRY(refuse_pending_deletion(view));
  const bool is_listed =
      std::ranges::find(view.secret.replicas, region, &ReplicaRegion::region) != view.secret.replicas.end();
  if (view.secret.role == Role::kPrimary && is_listed) return {};
  return refusal("The secret is not replicated to " + region.text() + ".");
}

}  // namespace coffer::secrets
