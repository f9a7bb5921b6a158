#include "services/kms/request_quotas.h"

namespace coffer::kms_service {

std::vector<api::RequestQuota> request_quotas() {
  return {
      {"kms_cryptographic_operations",
       10'000,
       {"Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateRandom", "ReEncrypt"}},
      {"kms_describe_key", 2000, {"DescribeKey"}},
      {"kms_reads",
       1000,
       {"GetKeyPolicy", "GetKeyRotationStatus", "ListKeyPolicies", "ListKeyRotations", "ListResourceTags"}},
      {"kms_lists", 100, {"ListAliases", "ListGrants", "ListKeys", "ListRetirableGrants"}},
      {"kms_changes", 50, {"CancelKeyDeletion", "CreateAlias",       "CreateGrant",          "CreateKey",
                           "DeleteAlias",       "DisableKey",        "DisableKeyRotation",   "EnableKey",
                           "EnableKeyRotation", "PutKeyPolicy",      "ReplicateKey",         "RetireGrant",
                           "RevokeGrant",       "RotateKeyOnDemand", "ScheduleKeyDeletion",  "TagResource",
                           "UntagResource",     "UpdateAlias",       "UpdateKeyDescription", "UpdatePrimaryRegion"}},
  };
}

}  // namespace coffer::kms_service
