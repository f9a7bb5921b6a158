// The managed policies that AWS gives to every account, as far as they are about services that exist here. Written from
// what the AWS managed policy reference guide says that each of them grants. Immutable and safe from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "iam/entities.h"
#include "policy/compiled_policy.h"

namespace coffer::iam {

class AwsManagedPolicies {
 public:
  AwsManagedPolicies();

  // In the order of their names.
  const Entities<ManagedPolicy>& all() const { return policies_; }
  // By "arn:aws:iam::aws:policy/AdministratorAccess"; nullptr when there is none.
  const ManagedPolicy* find(std::string_view arn) const;
  const policy::CompiledPolicy* compiled(std::string_view arn) const;

  static std::string arn_of(const ManagedPolicy& policy);

 private:
  size_t index_of(std::string_view arn) const;

  Entities<ManagedPolicy> policies_;
  std::vector<std::shared_ptr<const policy::CompiledPolicy>> compiled_;  // in the same order
};

}  // namespace coffer::iam
