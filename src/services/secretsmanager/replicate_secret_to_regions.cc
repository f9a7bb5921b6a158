// Adds replica regions to a secret; for a region that is there already, another attempt.
// Differences from AWS: at most max_replica_regions (LimitExceededException); a region named twice is refused.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicateSecretToRegions.html
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_condition_keys.h"
#include "services/secretsmanager/common_kms.h"
#include "services/secretsmanager/common_replicas.h"

namespace coffer::secretsmanager {
namespace {

struct ReplicateSecretToRegions {
  static constexpr std::string_view kName = "ReplicateSecretToRegions";
  static constexpr std::string_view kAction = "secretsmanager:ReplicateSecretToRegions";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidRequest,
                                          ErrorCode::kInvalidParameter, ErrorCode::kInternalServiceError};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    std::vector<ReplicaRegionEntry> add_replica_regions;
    std::optional<bool> force_overwrite_replica_secret;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
        wire::field<&Request::add_replica_regions>("AddReplicaRegions", {.min = 1}),
        wire::field<&Request::force_overwrite_replica_secret>("ForceOverwriteReplicaSecret")};
  };

  struct Response {
    std::string arn;
    std::vector<ReplicationStatusEntry> replication_status;
    static constexpr wire::Field kFields[] = {wire::field<&Response::arn>("ARN"),
                                              wire::field<&Response::replication_status>("ReplicationStatus")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_replica_keys(request.add_replica_regions, keys);
    keys.add_given("secretsmanager:ForceOverwriteReplicaSecret", request.force_overwrite_replica_secret);
  }

  static Result<Response> handle(const api::Authorized<ReplicateSecretToRegions>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const ReplicasToAdd wanted{request.add_replica_regions, request.force_overwrite_replica_secret.value_or(false)};
    const auto replicate = [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      COFFER_TRY(refuse_pending_deletion(view));
      COFFER_TRY(refuse_replica(view));
      COFFER_TRY(permit_reading_all(authorized.authority(), view, rooms));
      secrets::Change change = change_of(view);
      COFFER_TRY(add_replicas(wanted, rooms, change));
      return std::optional(std::move(change));
    };
    COFFER_ASSIGN(const secrets::SecretPointer view, change_secret(target(authorized), rooms, replicate));
    return Response{view->arn, replication_status(*view)};
  }
};

}  // namespace

api::Operation replicate_secret_to_regions() {
  return api::operation<ReplicateSecretToRegions>();
}

}  // namespace coffer::secretsmanager
