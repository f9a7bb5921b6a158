// Adds tags to a secret, or gives keys that are there new values; a key keeps its place. Tags are the secret's, not a
// version's, and go to its replicas.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_condition_keys.h"
#include "services/secretsmanager/common_tags.h"

namespace coffer::secretsmanager {
namespace {

struct TagResource {
  static constexpr std::string_view kName = "TagResource";
  static constexpr std::string_view kAction = "secretsmanager:TagResource";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidRequest,
                                          ErrorCode::kInvalidParameter, ErrorCode::kInternalServiceError};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    std::vector<TagEntry> tags;
    static constexpr wire::Field kFields[] = {wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
                                              wire::field<&Request::tags>("Tags")};
  };

  using Response = NoMembers;

  static Result<void> check(const Request& request) {
    COFFER_TRY(check_secret_id(request.secret_id));
    return check_tags(request.tags);
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_tag_keys(request.tags, TagsAre::kOfTheRequest, keys);
  }

  static Result<Response> handle(const api::Authorized<TagResource>& authorized, Rooms& rooms) {
    const auto tag = [&authorized](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      COFFER_TRY(refuse_pending_deletion(view));
      COFFER_TRY(refuse_region_replica(view));
      secrets::Change change = change_of(view);
      COFFER_TRY(merge_tags(authorized.request().tags, change.secret));
      if (change.secret.tags == view.secret.tags) return std::optional<secrets::Change>();
      return std::optional(std::move(change));
    };
    COFFER_TRY(change_secret(target(authorized), rooms, tag));
    return Response{};
  }
};

}  // namespace

api::Operation tag_resource() {
  return api::operation<TagResource>();
}

}  // namespace coffer::secretsmanager
