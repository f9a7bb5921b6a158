// Takes regions out of a secret's replication; their copies are deleted in the background. Regions that it is not
// replicated to are ignored.
// Difference from AWS: none known.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RemoveRegionsFromReplication.html
#include <algorithm>

#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_replicas.h"

namespace coffer::secretsmanager {
namespace {

constexpr wire::Pattern kRegionPattern{R"(^([a-z]+-)+\d+$)",
                                       [](std::string_view text) { return Region::parse(text).has_value(); }};
constexpr wire::Constraint kRegionBounds{.min = 1, .max = 128, .pattern = &kRegionPattern};

struct RemoveRegionsFromReplication {
  static constexpr std::string_view kName = "RemoveRegionsFromReplication";
  static constexpr std::string_view kAction = "secretsmanager:RemoveRegionsFromReplication";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidRequest,
                                          ErrorCode::kInvalidParameter, ErrorCode::kInternalServiceError};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    std::vector<std::string> remove_replica_regions;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
        wire::field<&Request::remove_replica_regions>("RemoveReplicaRegions", {.min = 1, .item = &kRegionBounds})};
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

  static Result<Response> handle(const api::Authorized<RemoveRegionsFromReplication>& authorized, Rooms& rooms) {
    const std::vector<std::string>& regions = authorized.request().remove_replica_regions;
    const auto remove = [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      COFFER_TRY(refuse_pending_deletion(view));
      COFFER_TRY(refuse_replica(view));
      secrets::Change change = change_of(view);
      for (const secrets::ReplicaRegion& replica : view.secret.replicas) {
        const bool goes = std::ranges::find(regions, replica.region.text()) != regions.end();
        if (goes) change.removed_replicas.push_back(replica.region);
      }
      if (change.removed_replicas.empty()) return std::optional<secrets::Change>();
      std::erase_if(change.secret.replicas, [&](const secrets::ReplicaRegion& replica) {
        return std::ranges::find(change.removed_replicas, replica.region) != change.removed_replicas.end();
      });
      return std::optional(std::move(change));
    };
    COFFER_ASSIGN(const secrets::SecretPointer view, change_secret(target(authorized), rooms, remove));
    return Response{view->arn, replication_status(*view)};
  }
};

}  // namespace

api::Operation remove_regions_from_replication() {
  return api::operation<RemoveRegionsFromReplication>();
}

}  // namespace coffer::secretsmanager
