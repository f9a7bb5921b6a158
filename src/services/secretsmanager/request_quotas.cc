#include "services/secretsmanager/request_quotas.h"

namespace coffer::secretsmanager {

std::vector<api::RequestQuota> request_quotas() {
  return {
      {"batch_get_secret_value", 100, {"BatchGetSecretValue"}},
      {"create_secret", 50, {"CreateSecret"}},
      {"cross_account_replication", 50, {"AssociateCrossAccountReplica", "DisassociateCrossAccountReplica"}},
      {"delete_secret", 50, {"DeleteSecret"}},
      {"describe_secret", 40'000, {"DescribeSecret"}},
      {"get_random_password", 50, {"GetRandomPassword"}},
      {"get_secret_value", 10'000, {"GetSecretValue"}},
      {"list_secret_version_ids", 50, {"ListSecretVersionIds"}},
      {"list_secrets", 100, {"ListSecrets"}},
      {"restore_secret", 50, {"RestoreSecret"}},
      {"resource_policies",
       50,
       {"DeleteResourcePolicy", "GetResourcePolicy", "PutResourcePolicy", "ValidateResourcePolicy"}},
      {"rotation", 50, {"CancelRotateSecret", "RotateSecret"}},
      {"tags", 50, {"TagResource", "UntagResource"}},
      {"updates",
       50,
       {"PutSecretValue", "RemoveRegionsFromReplication", "ReplicateSecretToRegions", "StopReplicationToReplica",
        "UpdateSecret", "UpdateSecretVersionStage"}},
  };
}

}  // namespace coffer::secretsmanager
