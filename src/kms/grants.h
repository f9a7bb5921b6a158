// The grants on the keys of this region: made, listed, asked, retired and revoked. A grant counts from the moment that
// its commit is acknowledged; grant tokens are made and taken, but nothing depends on them. Grants on a key go with the
// key. Follows "Grants in AWS KMS" (KMS developer guide). Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kms/grant.h"
#include "kms/grant_rows.h"
#include "kms/key_policy.h"
#include "kms/keyring.h"
#include "store/row_cache.h"

namespace coffer::kms {

inline constexpr size_t kMaxGrantsOfKey = 50'000;
inline constexpr size_t kMaxConstraintPairs = 8;

// A grant that is to be made.
struct NewGrant {
  KeyName key;
  std::string_view grantee;                  // the ARN of an account's root, a user, role, session or federated user
  std::optional<std::string_view> retiring;  // likewise
  AccountId issuer;                          // the account of who makes it
  std::string name;                          // empty: none. The same name for the same thing gives the same grant
  GrantOperations operations;
  GrantConstraints constraints;
};

struct GrantReceipt {
  std::string id;
  std::string token;  // names the grant; another one each time
};

// Whether somebody may do something with a key by a grant.
struct GrantQuestion {
  const KeyName& key;
  const policy::RequestPrincipal& caller;
  GrantOperation operation;
  const EncryptionContext& context;
};

// Which grants on a key are listed; empty: all.
struct GrantFilter {
  std::string_view id;
  std::string_view grantee;  // an ARN
};

class Grants {
 public:
  // The directories are asked at once about whom a request names, and about whom an answer shows.
  struct Parts {
    Keyring& keyring;
    Directories directories;
    size_t max_grants_of_key = kMaxGrantsOfKey;
  };
  // Registers its caches with the store's commits.
  explicit Grants(const Parts& parts);

  // One durable commit, or none if there is such a grant with that name. kNotFoundOnWire when there is no such key,
  // kDisabled and kKmsInvalidState (AWS's texts) by its state, kInvalidArn (AWS's text) for a principal that does not
  // exist or cannot be one, kValidation for constraints of more than 8 pairs, kLimitExceeded for too many grants.
  // REQUIRES: at least one operation. kms:CreateGrant.
  Result<GrantReceipt> create(const NewGrant& grant);
  // Whether create() would make it: fails as that does, and changes nothing.
  Result<void> check(const NewGrant& grant) const;

  // Principals are shown by the ARN that they have now, or by their unique id once they were deleted. In the order of
  // their ids; Page::after is one. kms:ListGrants.
  Result<std::vector<Grant>> list(const KeyName& key, const GrantFilter& filter, const Page& page) const;
  // Those that somebody may retire, of keys of all accounts. Page::after is a position(). kInvalidArn (AWS's text) for
  // a principal that does not exist. kms:ListRetirableGrants.
  Result<std::vector<Grant>> list_retirable(std::string_view principal, const Page& page) const;
  static std::string position(const Grant& grant);
  static bool is_position(std::string_view text);

  // nullopt when there is none.
  Result<std::optional<Grant>> find(const GrantName& grant) const;
  // kInvalidGrantToken for what create() did not make; whether there still is such a grant is another question.
  static Result<GrantName> parse_token(std::string_view token);

  // One durable commit. kNotFoundOnWire when there is no such grant. kms:RetireGrant and kms:RevokeGrant.
  Result<void> remove(const GrantName& grant);

  // To whom: the caller or its account. From memory, once the grants of a key are. Whether the key can be used is not
  // asked.
  Result<policy::GrantedTo> allow(const GrantQuestion& question) const;
  // Whether a grantee may make this grant by one of its own.
  Result<policy::GrantedTo> allow_to_pass_on(const policy::RequestPrincipal& caller, const NewGrant& grant) const;

 private:
  struct KeyGrants;
  struct Count;
  using KeyGrantsPointer = std::shared_ptr<const KeyGrants>;
  Result<KeyGrantsPointer> grants_of(const KeyName& key) const;
  // How many grants a key has; that those made at once may pass the limit does no harm.
  Result<size_t> count(const KeyName& key) const;
  // By the grants that `accept` takes.
  template <class Accept>
  Result<policy::GrantedTo> granted_by(const KeyName& key, const policy::RequestPrincipal& caller,
                                       const Accept& accept) const;
  Result<policy::PrincipalBinding> bind(std::string_view arn) const;
  Result<Grant> prepare(const NewGrant& request) const;
  Result<Grant> shown(Grant grant) const;

  const Parts parts_;
  mutable store::RowCache<KeyGrants> grants_;
  mutable store::RowCache<Count> counts_;  // so that making one need not read all others
};

}  // namespace coffer::kms
