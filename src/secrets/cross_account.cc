#include "secrets/cross_account.h"

namespace coffer::secrets {

std::string cross_account_policy(const CrossAccountPrimary& primary) {
  return R"({"Version":"2012-10-17","Statement":[{"Sid":"CrossAccountReplication","Effect":"Allow","Principal":{"AWS":)"
         R"("arn:aws:iam::)" +
         primary.primary.account.text() +
         R"(:root"},"Action":"secretsmanager:AcceptCrossAccountReplication","Resource":"*"}]})";
}

ForeignSecret foreign_secret(const Secret& secret) {
  return {secret.account, secret.name, secret.suffix};
}

bool is_linked(const Secret& primary, const Secret& replica) {
  const auto& to = primary.cross_account_replica;
  const auto& from = replica.cross_account_primary;
  return primary.role == Role::kPrimary && to && from && to->replica == foreign_secret(replica) &&
         from->primary == foreign_secret(primary) && to->association == from->association;
}

SecretView::Status status_of_replica(const SecretView& primary, const SecretView* replica) {
  if (replica == nullptr || !is_linked(primary.secret, replica->secret)) return {"Detached", ""};
  const CrossAccountReplica& link = *primary.secret.cross_account_replica;
  if (link.failed) return {"Failed", link.message};
  if (link.acknowledged_generation >= primary.secret.generation) return {"InSync", "Replication succeeded"};
  return {"InProgress", ""};
}

SecretView::Status status_of_primary(const SecretView& replica, const SecretView* primary) {
  if (replica.secret.cross_account_primary->association == 0) return {"Pending", ""};
  if (primary == nullptr || !is_linked(primary->secret, replica.secret)) return {"Detached", ""};
  SecretView::Status status = status_of_replica(*primary, &replica);
  const CrossAccountReplica& link = *primary->secret.cross_account_replica;
  if (link.failed) {
    status.message = link.message_for_replica.empty() ? std::string(kReadingRefused) : link.message_for_replica;
  }
  return status;
}

}  // namespace coffer::secrets
