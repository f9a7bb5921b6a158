// Secrets as an operator's cards name and show them: which region has what of them. Never a value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/operation.h"
#include "services/coffer/rooms.h"
#include "wire/shape.h"

namespace coffer::coffer_service {

inline constexpr wire::Constraint kSecretIdBounds{.min = 1, .max = 2048};
inline constexpr wire::Constraint kRegionBounds{.min = 1, .max = 128};

struct CopyVersion {
  std::string version_id;
  std::vector<std::string> version_stages;
  Time created_date;
  static constexpr wire::Field kFields[] = {wire::field<&CopyVersion::version_id>("VersionId"),
                                            wire::field<&CopyVersion::version_stages>("VersionStages"),
                                            wire::field<&CopyVersion::created_date>("CreatedDate")};
};

struct CopyReplica {
  Region region;
  std::string_view status;
  std::optional<std::string> status_message;
  std::optional<std::string> kms_key_id;  // as given; absent: the default key
  std::optional<Region> replaced_by;      // ReplicaProgress::replaced_by
  static constexpr wire::Field kFields[] = {
      wire::field<&CopyReplica::region>("Region"), wire::field<&CopyReplica::status>("Status"),
      wire::field<&CopyReplica::status_message>("StatusMessage"), wire::field<&CopyReplica::kms_key_id>("KmsKeyId"),
      wire::field<&CopyReplica::replaced_by>("ReplacedBy")};
};

// What this region has of a secret. Of two copies with one epoch that with the higher generation is newer.
struct Copy {
  std::string name;
  std::string arn;
  std::string_view role;  // "Primary", "Replica", "CrossAccountReplica"
  Region primary_region;
  int64_t lineage_epoch = 0;
  int64_t generation = 0;                 // 0: it has rejoined, and was not sent anything yet
  std::optional<std::string> kms_key_id;  // in this region, as given; absent: the default key
  Time changed_date;
  std::optional<Time> deletion_date;
  std::vector<CopyVersion> versions;  // in order of creation
  std::vector<CopyReplica> replicas;  // of a primary
  std::vector<Region> other_regions;  // of a replica: where else the secret is, as far as it was told
  // ARNs: what follows the primary in another account, also as a replica knows it; and of a cross-account replica.
  std::optional<std::string> cross_account_replica;
  std::optional<std::string> cross_account_primary;
  static constexpr wire::Field kFields[] = {wire::field<&Copy::name>("Name"),
                                            wire::field<&Copy::arn>("ARN"),
                                            wire::field<&Copy::role>("Role"),
                                            wire::field<&Copy::primary_region>("PrimaryRegion"),
                                            wire::field<&Copy::lineage_epoch>("LineageEpoch"),
                                            wire::field<&Copy::generation>("Generation"),
                                            wire::field<&Copy::kms_key_id>("KmsKeyId"),
                                            wire::field<&Copy::changed_date>("ChangedDate"),
                                            wire::field<&Copy::deletion_date>("DeletionDate"),
                                            wire::field<&Copy::versions>("Versions"),
                                            wire::field<&Copy::replicas>("Replicas"),
                                            wire::field<&Copy::other_regions>("OtherRegions"),
                                            wire::field<&Copy::cross_account_replica>("CrossAccountReplica"),
                                            wire::field<&Copy::cross_account_primary>("CrossAccountPrimary")};
};
Copy copy_of(const secrets::SecretView& view);

// A region of this deployment, or one that was removed from it. kInvalidParameter, with the name of the member.
Result<Region> parse_region(std::string_view text, std::string_view member, const Rooms& rooms);

// The secret with its policy, by name or ARN, as the Secrets Manager service finds it.
Result<api::Resource> secret_resource(std::string_view secret_id, const auth::Caller& caller, const Rooms& rooms);

// kResourceNotFound when another secret has taken the name since.
Result<void> check_is_meant(const secrets::SecretView& view, const secrets::SecretId& id,
                            const api::Resource& resource);
Error secret_not_found();

// SecretStore::update() of the secret that was authorized, or, for a dry run, what it would return. kResourceNotFound
// when there is none, also when another one has taken its name since.
using MakeChange = std::function<Result<secrets::Change>(const secrets::SecretView&)>;
struct Change {
  const AccountId& caller;
  std::string_view secret_id;
  const api::Resource& resource;
  bool is_dry_run = false;
};
Result<secrets::SecretPointer> change_secret(const Change& change, const Rooms& rooms, const MakeChange& make);

}  // namespace coffer::coffer_service
