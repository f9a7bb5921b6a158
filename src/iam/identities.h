// Users and roles of all accounts by ARN and by unique id, for documents that name them. Thread-safe.
#pragma once

#include "iam/identity_cache.h"
#include "policy/principal_binding.h"

namespace coffer::iam {

class Identities final : public policy::IdentityDirectory {
 public:
  Identities(const store::Store& store, const IdentityCache& cache) : store_(store), cache_(cache) {}

  // Path and name count as they are written: AWS does not find a principal whose case differs.
  Result<std::optional<std::string>> unique_id(const policy::PrincipalName& name) const override;
  Result<std::optional<std::string>> arn(std::string_view unique_id) const override;

  // The snapshot that has the user or role; null when nobody has that unique id.
  Result<SnapshotPointer> snapshot_of(std::string_view unique_id) const;

 private:
  const store::Store& store_;
  const IdentityCache& cache_;
};

}  // namespace coffer::iam
