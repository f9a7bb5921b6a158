// Makes what a region has of a secret whose copy was promoted elsewhere, while the region was lost, a replica of that
// copy. What only this region has is given up: ListCopies shows it. Coffer's own.
#include "secrets/promotion.h"
#include "services/coffer/common_copies.h"

namespace coffer::coffer_service {
namespace {

struct RejoinSecret {
  static constexpr std::string_view kName = "RejoinSecret";
  static constexpr std::string_view kAction = "coffer:RejoinSecret";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidRequest,
                                          ErrorCode::kInvalidParameter, ErrorCode::kInternalServiceError};
  using Rooms = coffer_service::Rooms;

  struct Request {
    std::string secret_id;
    std::string primary_region;
    std::optional<int64_t> generation;  // that may be given up; absent: any
    std::optional<bool> dry_run;
    static constexpr wire::Field kFields[] = {wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
                                              wire::field<&Request::primary_region>("PrimaryRegion", kRegionBounds),
                                              wire::field<&Request::generation>("Generation", {.min = 1}),
                                              wire::field<&Request::dry_run>("DryRun")};
  };
  struct Response {
    Copy copy;  // as it is now, or would be; its values until the primary's arrive
    static constexpr wire::Field kFields[] = {wire::field<&Response::copy>("Copy")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<RejoinSecret>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const Region primary, parse_region(request.primary_region, "PrimaryRegion", rooms));
    const Change change{.caller = authorized.caller().account,
                        .secret_id = request.secret_id,
                        .resource = authorized.resource(),
                        .is_dry_run = request.dry_run.value_or(false)};
    const auto rejoin = [&](const secrets::SecretView& view) -> Result<secrets::Change> {
      const auto generation = static_cast<int64_t>(view.secret.generation);
      if (request.generation.value_or(generation) != generation) {
        return Error{ErrorCode::kInvalidRequest,
                     "The secret has changed: its generation is " + std::to_string(generation) + ", not " +
                         std::to_string(*request.generation) + ". Look again at what would be given up."};
      }
      return secrets::rejoined(view, primary);
    };
    COFFER_ASSIGN(const secrets::SecretPointer view, change_secret(change, rooms, rejoin));
    return Response{copy_of(*view)};
  }
};

}  // namespace

api::Operation rejoin_secret() {
  return api::operation<RejoinSecret>();
}

}  // namespace coffer::coffer_service
