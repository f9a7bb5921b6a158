#include "iam/identity_snapshot.h"

#include "iam/snapshot_contents.h"

namespace coffer::iam {

IdentitySnapshot::IdentitySnapshot(std::unique_ptr<Contents> contents) : contents_(std::move(contents)) {}
IdentitySnapshot::~IdentitySnapshot() = default;

const AccountId& IdentitySnapshot::account() const {
  return contents_->entities.account;
}
uint64_t IdentitySnapshot::generation() const {
  return contents_->row.generation;
}
store::Revision IdentitySnapshot::revision() const {
  return contents_->revision;
}

const Identity* IdentitySnapshot::by_unique_id(std::string_view unique_id) const {
  const auto found = contents_->by_unique_id.find(unique_id);
  return found == contents_->by_unique_id.end() ? nullptr : found->second;
}

const Identity* IdentitySnapshot::user(std::string_view name) const {
  const User* const found = contents_->entities.user(name);
  return found == nullptr ? nullptr : by_unique_id(found->unique_id);
}

const Identity* IdentitySnapshot::role(std::string_view name) const {
  const Role* const found = contents_->entities.role(name);
  return found == nullptr ? nullptr : by_unique_id(found->unique_id);
}

const policy::CompiledPolicy* IdentitySnapshot::managed_policy(std::string_view arn) const {
  const auto found = contents_->managed_policies->find(arn);
  return found == contents_->managed_policies->end() ? aws_policies().compiled(arn) : found->second;
}

const AccountEntities& IdentitySnapshot::entities() const {
  return contents_->entities;
}
const AwsManagedPolicies& IdentitySnapshot::aws_policies() const {
  return *contents_->aws_policies;
}

}  // namespace coffer::iam
