// The secret as the domain knows it, without its values. Values live in rows of their own, sealed: sealed_value.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "policy/principal_binding.h"
#include "secrets/rotation_schedule.h"

namespace coffer::secrets {

enum class ValueKind : uint8_t { kNone, kString, kBinary };  // kNone: a placeholder that has no value yet

struct Version {
  VersionId id;
  std::vector<std::string> stages;  // sorted; empty: deprecated
  Time created;
  ValueKind kind = ValueKind::kNone;
  uint64_t generation = 0;  // of the secret when this version was made
  std::string kms_key_arn;  // that it is sealed with, in this region; empty: the account's default key
};

struct Tag {
  std::string key;
  std::string value;
  bool operator==(const Tag&) const = default;
};

// A region that the primary is replicated to, in the order in which they were added.
struct ReplicaRegion {
  Region region;
  std::string kms_key_id;  // as given; empty means the default key
  bool force_overwrite = false;
};

// What came of the last attempt to bring a replica region up to date. A row of its own, written by the replicator only.
struct ReplicaProgress {
  uint64_t acknowledged_generation = 0;  // the region has this state
  uint64_t acknowledged_state_id = 0;    // of that generation
  bool failed = false;                   // refused for good: retried by the next change or ReplicateSecretToRegions
  std::string message;
  Time last_attempt;
  // The promoted copy that the region follows, or is, instead of this one.
  struct Successor {
    Region region;
    uint64_t lineage_epoch = 0;
    bool operator==(const Successor&) const = default;
  };
  std::optional<Successor> replaced_by;
};

// What RotateSecret has set up. Stays when rotation is cancelled.
struct Rotation {
  bool enabled = false;
  std::string lambda_arn;
  RotationRules rules;               // all members empty: rotated by hand only
  std::optional<Time> last_rotated;  // when a rotation finished last
  Time counted_from;                 // the rules' next date follows from this moment
  std::optional<VersionId> pending;  // of a rotation that was asked for and has not finished: it has AWSPENDING
};

enum class Role : uint8_t { kPrimary, kReplica };

// In whose name values go to another account when no role was named for it: who changed the primary last.
struct Requester {
  enum class Kind : uint8_t { kRoot, kUser, kRoleSession };

  Kind kind = Kind::kUser;
  std::string arn;
  std::string user_id;         // as aws:userid has it
  std::optional<Time> issued;  // of temporary credentials
  std::vector<std::pair<std::string, std::string>> session_tags;
  bool is_limited = false;  // by policies of its session, which are not known any more when a copy is made
};

// A secret of another account of this region, as an account and a name tell it, and the six characters of its ARN.
struct ForeignSecret {
  AccountId account;
  std::string name;
  std::string suffix;
  bool operator==(const ForeignSecret&) const = default;
};

// Of a primary: the secret of another account that its values go to, and what came of the last attempt.
struct CrossAccountReplica {
  ForeignSecret replica;
  uint64_t association = 0;       // drawn by every AssociateCrossAccountReplica; the replica has the same
  std::string role_arn;           // who copies; empty: `requester`
  bool same_organization = true;  // the accounts must be in one organization
  std::optional<Requester> requester;
  uint64_t acknowledged_generation = 0;
  bool failed = false;  // tried again by the next change or AssociateCrossAccountReplica
  std::string message;
  std::string message_for_replica;  // the same without what is only the primary's account's to know
};

// Of a replica in another account than its primary's. Its role is kReplica, its primary region this one.
struct CrossAccountPrimary {
  ForeignSecret primary;
  uint64_t association = 0;  // 0: nobody has associated it yet
};

struct Secret {
  AccountId account;
  std::string name;
  std::string suffix;  // the six characters at the end of the ARN
  std::string description;
  std::vector<Tag> tags;
  bool tagged = false;                                    // was ever tagged: an empty list is then shown
  std::string kms_key_id;                                 // as given; empty means the default key
  std::string resource_policy;                            // as given; empty: none
  std::vector<policy::PrincipalBinding> policy_bindings;  // of the users and roles that it names
  Time created;
  Time changed;
  std::optional<Time> deletion_requested;
  std::optional<Time> deletion_date;  // when the recovery window ends
  std::optional<Rotation> rotation;   // absent: never set up
  std::vector<Version> versions;      // in order of creation
  Role role = Role::kPrimary;
  Region primary_region;  // this region for a primary
  std::vector<ReplicaRegion> replicas;
  std::vector<ReplicaRegion> siblings;   // of a replica: the other regions that have the secret, the primary's included
  std::string primarys_foreign_replica;  // of a replica: the ARN of its primary's cross-account replica; empty: none
  uint64_t lineage_epoch = 1;            // raised by promotion
  uint64_t generation = 0;               // raised by every change
  uint64_t base_state_id = 0;            // of a replica: see ReplicaState
  std::string received_kms_key_id;       // of a replica: what its primary chose; kms_key_id may have been changed since
  uint64_t state_id = 0;                 // drawn for every change: which of two states of one generation this is
  std::optional<CrossAccountReplica> cross_account_replica;
  std::optional<CrossAccountPrimary> cross_account_primary;

  std::string arn(const Region& region) const;
  const Version* version(const VersionId& id) const;
  const Version* version_with(std::string_view stage) const;
  bool pending_deletion() const { return deletion_date.has_value(); }
  // Of a replica: a state of its primary is here. Not of a former primary that has rejoined and was not sent one yet.
  bool has_arrived() const { return generation > 0; }
  // Of the primary of the same name in another region.
  bool is_region_replica() const { return role == Role::kReplica && !cross_account_primary; }
};

// What SecretId may be: a name, a full ARN, or an ARN without the suffix. Views into the text that was parsed.
struct SecretId {
  AccountId account;  // of the ARN, or the caller's
  std::string_view name;
  std::optional<std::string_view> suffix;  // must match when given
  std::string_view given;                  // as the caller wrote it
};

// kValidation for a character that no name may have (AWS's text), kInvalidParameter for an ARN of another service,
// kResourceNotFound for an ARN of another region. The hyphen-plus-six trap is here.
Result<SecretId> parse_secret_id(std::string_view text, const AccountId& caller, const Region& region);

// CreateSecret's Name. kValidation with AWS's text.
Result<void> check_name(std::string_view name);

// "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX"
std::string secret_arn(const Region& region, const AccountId& account, std::string_view name, std::string_view suffix);

}  // namespace coffer::secrets
