// Operations about the managed policies of users, groups and roles: AttachUserPolicy and its like. A card is one of
// these for one kind of entity.
#pragma once

#include "services/iam/common_holders.h"
#include "services/iam/common_pages.h"

namespace coffer::iam_service {

template <class Of>
struct AttachmentRequest {
  std::string name;
  std::string policy_arn;
  static constexpr wire::Field kFields[] = {wire::field<&AttachmentRequest::name>(Of::kMember, Of::kBounds),
                                            wire::field<&AttachmentRequest::policy_arn>("PolicyArn", kArnBounds)};
};

template <class Of>
struct AttachmentCard {
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  using Rooms = iam_service::Rooms;
  using Request = AttachmentRequest<Of>;
  using Response = NoMembers;

  static Result<void> check(const Request& request) { return check_policy_arn(request.policy_arn); }
  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return Of::kResource(request.name, caller, rooms);
  }
  static void keys(const Request& request, const api::Resource& resource, api::ConditionKeys& keys) {
    keys.add("iam:PolicyARN", request.policy_arn);
    add_own_boundary_key<typename Of::Entity>(resource, keys);
  }
};

template <class Card, class Of>
struct AttachPolicy : AttachmentCard<Of> {
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kLimitExceeded, ErrorCode::kInvalidInput,
                                          ErrorCode::kPolicyNotAttachable, ErrorCode::kInternalServiceError};

  static Result<NoMembers> handle(const api::Authorized<Card>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::attach_policy(rooms.identities, target<Of>(authorized), authorized.request().policy_arn));
    return NoMembers{};
  }
};

template <class Card, class Of>
struct DetachPolicy : AttachmentCard<Of> {
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kLimitExceeded, ErrorCode::kInvalidInput,
                                          ErrorCode::kInternalServiceError};

  static Result<NoMembers> handle(const api::Authorized<Card>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::detach_policy(rooms.identities, target<Of>(authorized), authorized.request().policy_arn));
    return NoMembers{};
  }
};

struct AttachedPolicyEntry {
  std::string name;
  std::string arn;
  static constexpr wire::Field kFields[] = {wire::field<&AttachedPolicyEntry::name>("PolicyName"),
                                            wire::field<&AttachedPolicyEntry::arn>("PolicyArn")};
};
// Those whose path begins with the prefix.
std::vector<AttachedPolicyEntry> attached_entries(const iam::IdentitySnapshot& snapshot,
                                                  const iam::PolicyHolder& holder, std::string_view path_prefix);

template <class Of>
struct ListAttachedRequest {
  std::string name;
  std::optional<std::string> path_prefix;
  std::optional<std::string> marker;
  std::optional<int64_t> max_items;
  static constexpr wire::Field kFields[] = {
      wire::field<&ListAttachedRequest::name>(Of::kMember, Of::kBounds),
      wire::field<&ListAttachedRequest::path_prefix>("PathPrefix", kPolicyPathBounds),
      wire::field<&ListAttachedRequest::marker>("Marker", kMarkerBounds),
      wire::field<&ListAttachedRequest::max_items>("MaxItems", kMaxItemsBounds)};
};

struct ListAttachedResponse {
  std::vector<AttachedPolicyEntry> policies;
  bool is_truncated = false;
  std::optional<std::string> marker;
  static constexpr wire::Field kFields[] = {wire::field<&ListAttachedResponse::policies>("AttachedPolicies"),
                                            wire::field<&ListAttachedResponse::is_truncated>("IsTruncated"),
                                            wire::field<&ListAttachedResponse::marker>("Marker")};
};

template <class Card, class Of>
struct ListAttachedPolicies {
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInvalidInput,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;
  using Request = ListAttachedRequest<Of>;
  using Response = ListAttachedResponse;

  static Result<void> check(const Request&) { return {}; }
  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return Of::kResource(request.name, caller, rooms);
  }
  static Result<Response> handle(const api::Authorized<Card>& authorized, Rooms&) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const auto* const holder, Of::kFound(authorized.resource(), request.name));
    Response response;
    response.policies = attached_entries(*holder->snapshot, *holder->entity, request.path_prefix.value_or("/"));
    COFFER_ASSIGN(response.marker,
                  cut_page(response.policies, {request.marker, request.max_items},
                           [](const AttachedPolicyEntry& entry) { return entry.name + " " + entry.arn; }));
    response.is_truncated = response.marker.has_value();
    return response;
  }
};

}  // namespace coffer::iam_service
