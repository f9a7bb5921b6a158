// Removes tags from a secret; keys that are not there are ignored.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UntagResource.html
#include <algorithm>

#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_tags.h"

namespace coffer::secretsmanager {
namespace {

struct UntagResource {
  static constexpr std::string_view kName = "UntagResource";
  static constexpr std::string_view kAction = "secretsmanager:UntagResource";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidRequest,
                                          ErrorCode::kInvalidParameter, ErrorCode::kInternalServiceError};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    std::vector<std::string> tag_keys;
    static constexpr wire::Field kFields[] = {wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
                                              wire::field<&Request::tag_keys>("TagKeys", {.item = &kTagKeyBounds})};
  };

  using Response = NoMembers;

  static Result<void> check(const Request& request) { return check_secret_id(request.secret_id); }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    keys.add_list("aws:TagKeys", {request.tag_keys.begin(), request.tag_keys.end()});
  }

  static Result<Response> handle(const api::Authorized<UntagResource>& authorized, Rooms& rooms) {
    const std::vector<std::string>& keys = authorized.request().tag_keys;
    const auto untag = [&keys](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      COFFER_TRY(refuse_pending_deletion(view));
      COFFER_TRY(refuse_region_replica(view));
      secrets::Change change = change_of(view);
      const size_t removed = std::erase_if(change.secret.tags, [&keys](const secrets::Tag& tag) {
        return std::ranges::find(keys, tag.key) != keys.end();
      });
      if (removed == 0) return std::optional<secrets::Change>();
      return std::optional(std::move(change));
    };
    COFFER_TRY(change_secret(target(authorized), rooms, untag));
    return Response{};
  }
};

}  // namespace

api::Operation untag_resource() {
  return api::operation<UntagResource>();
}

}  // namespace coffer::secretsmanager
