// Operations about the tags of users, roles, policies and providers: TagUser and its like. A card is one of these for
// one kind of entity.
#pragma once

#include "iam/tags.h"
#include "services/iam/common_holders.h"
#include "services/iam/common_pages.h"

namespace coffer::iam_service {

template <class Card, class Of>
struct Tag {
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kLimitExceeded, ErrorCode::kInvalidInput,
                                          ErrorCode::kConcurrentModification, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::vector<TagEntry> tags;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>(Of::kMember, Of::kExistingBounds),
                                              wire::field<&Request::tags>("Tags", kTagsBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request& request) { return iam::check_tags(to_tags(request.tags)); }
  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return Of::kResource(request.name, caller, rooms);
  }
  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_tag_keys(request.tags, keys);
  }
  static Result<Response> handle(const api::Authorized<Card>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::tag_entity(rooms.identities, target<Of>(authorized), to_tags(authorized.request().tags)));
    return Response{};
  }
};

template <class Card, class Of>
struct Untag {
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kConcurrentModification,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::vector<std::string> tag_keys;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>(Of::kMember, Of::kExistingBounds),
                                              wire::field<&Request::tag_keys>("TagKeys", kTagKeysBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }
  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return Of::kResource(request.name, caller, rooms);
  }
  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_tag_keys(request.tag_keys, keys);
  }
  static Result<Response> handle(const api::Authorized<Card>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::untag_entity(rooms.identities, target<Of>(authorized), authorized.request().tag_keys));
    return Response{};
  }
};

struct ListTagsResponse {
  std::vector<TagEntry> tags;
  bool is_truncated = false;
  std::optional<std::string> marker;
  static constexpr wire::Field kFields[] = {wire::field<&ListTagsResponse::tags>("Tags"),
                                            wire::field<&ListTagsResponse::is_truncated>("IsTruncated"),
                                            wire::field<&ListTagsResponse::marker>("Marker")};
};

template <class Card, class Of>
struct ListTags {
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::optional<std::string> marker;
    std::optional<int64_t> max_items;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>(Of::kMember, Of::kExistingBounds),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds),
                                              wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds)};
  };
  using Response = ListTagsResponse;

  static Result<void> check(const Request&) { return {}; }
  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return Of::kResource(request.name, caller, rooms);
  }
  static Result<Response> handle(const api::Authorized<Card>& authorized, Rooms&) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const auto* const entity, Of::kFound(authorized.resource(), request.name));
    Response response;
    response.tags = to_entries(entity->entity->tags);
    COFFER_ASSIGN(response.marker, cut_page(response.tags, {request.marker, request.max_items}, &TagEntry::key));
    response.is_truncated = response.marker.has_value();
    return response;
  }
};

}  // namespace coffer::iam_service
