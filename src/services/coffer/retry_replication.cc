// Sends a secret again to a replica region that has refused it for good, when the reason is gone:
// ReplicateSecretToRegions does that too, but names the key anew. Coffer's own.
#include "secrets/promotion.h"
#include "services/coffer/common_copies.h"

namespace coffer::coffer_service {
namespace {

struct RetryReplication {
  static constexpr std::string_view kName = "RetryReplication";
  static constexpr std::string_view kAction = "coffer:RetryReplication";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidRequest,
                                          ErrorCode::kInvalidParameter, ErrorCode::kInternalServiceError};
  using Rooms = coffer_service::Rooms;

  struct Request {
    std::string secret_id;
    std::string replica_region;
    static constexpr wire::Field kFields[] = {wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
                                              wire::field<&Request::replica_region>("ReplicaRegion", kRegionBounds)};
  };
  struct Response {
    Copy copy;
    static constexpr wire::Field kFields[] = {wire::field<&Response::copy>("Copy")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<RetryReplication>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const Region region, parse_region(request.replica_region, "ReplicaRegion", rooms));
    COFFER_ASSIGN(const auto id,
                  secrets::parse_secret_id(request.secret_id, authorized.caller().account, rooms.regions.self()));
    const auto check = [&](const secrets::SecretView& view) -> Result<void> {
      COFFER_TRY(check_is_meant(view, id, authorized.resource()));
      return secrets::check_replicated_to(view, region);
    };
    COFFER_ASSIGN(const secrets::SecretPointer view, rooms.secrets.retry(id.account, id.name, region, check));
    if (view == nullptr) return secret_not_found();
    return Response{copy_of(*view)};
  }
};

}  // namespace

api::Operation retry_replication() {
  return api::operation<RetryReplication>();
}

}  // namespace coffer::coffer_service
