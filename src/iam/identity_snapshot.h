// The identities of one account as they were at one moment, ready to decide with: who there is, and every policy
// compiled. Made from all rows of the account at once; immutable, shared by all requests until the account changes.
// Must never: be kept beyond a request. A permission that was revoked counts until the next look into the cache.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "policy/compiled_policy.h"
#include "store/store.h"

namespace coffer::iam {

struct AccountEntities;
class AwsManagedPolicies;

using PolicyPointers = std::vector<const policy::CompiledPolicy*>;

// A user or a role. Pointers of it live as long as its snapshot.
struct Identity {
  enum class Kind { kUser, kRole };

  Kind kind = Kind::kUser;
  std::string unique_id;  // "AIDA...", "AROA..."
  std::string name;       // as it was given
  std::string path;       // "/", "/teams/payments/"
  std::string arn;        // "arn:aws:iam::123456789012:role/teams/payments/reader"
  std::vector<std::pair<std::string, std::string>> tags;
  PolicyPointers policies;  // inline, attached, and those of a user's groups
  PolicyPointers boundary;  // none or one

  // Of roles only. The principals of the trust policy are bound to unique ids.
  std::shared_ptr<const policy::CompiledPolicy> trust;
  Duration max_session_duration{};
};

class IdentitySnapshot {
 public:
  // Made by the cache, see identity_cache.h.
  struct Contents;
  explicit IdentitySnapshot(std::unique_ptr<Contents> contents);
  ~IdentitySnapshot();
  IdentitySnapshot(const IdentitySnapshot&) = delete;
  IdentitySnapshot& operator=(const IdentitySnapshot&) = delete;

  const AccountId& account() const;
  // Grows with every change of the account's identities; 0 before the first.
  uint64_t generation() const;
  // Of the row that holds the generation; 0 when there is none yet.
  store::Revision revision() const;

  // A user or role that exists. nullptr once it was deleted, also if another has its name now.
  const Identity* by_unique_id(std::string_view unique_id) const;
  // By name, whatever the case.
  const Identity* user(std::string_view name) const;
  const Identity* role(std::string_view name) const;
  // The default version of one of the account's own managed policies or of AWS's.
  const policy::CompiledPolicy* managed_policy(std::string_view arn) const;

  // All there is to know, as the operations of IAM show and change it.
  const AccountEntities& entities() const;
  // AWS's managed policies.
  const AwsManagedPolicies& aws_policies() const;
  // For the next snapshot, which shares what has not changed.
  const Contents& contents() const { return *contents_; }

 private:
  const std::unique_ptr<Contents> contents_;
};

}  // namespace coffer::iam
