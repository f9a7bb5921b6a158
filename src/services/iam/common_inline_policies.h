// Operations about the inline policies of users, groups and roles: PutUserPolicy and its like. A card is one of these
// for one kind of entity.
#pragma once

#include "services/iam/common_holders.h"
#include "services/iam/common_pages.h"

namespace coffer::iam_service {

template <class Card, class Of>
struct PutPolicy {
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kLimitExceeded, ErrorCode::kMalformedPolicyDocument,
                                          ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::string policy_name;
    std::string document;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>(Of::kMember, Of::kExistingBounds),
                                              wire::field<&Request::policy_name>("PolicyName", kPolicyNameBounds),
                                              wire::field<&Request::document>("PolicyDocument", kPolicyTextBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }
  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return Of::kResource(request.name, caller, rooms);
  }
  static void keys(const Request&, const api::Resource& resource, api::ConditionKeys& keys) {
    add_own_boundary_key<typename Of::Entity>(resource, keys);
  }
  static Result<Response> handle(const api::Authorized<Card>& authorized, Rooms& rooms) {
    const auto& [name, policy_name, document] = authorized.request();
    COFFER_TRY(iam::put_inline_policy(rooms.identities, target<Of>(authorized), {policy_name, document}));
    return Response{};
  }
};

template <class Of>
struct InlinePolicyRequest {
  std::string name;
  std::string policy_name;
  static constexpr wire::Field kFields[] = {
      wire::field<&InlinePolicyRequest::name>(Of::kMember, Of::kExistingBounds),
      wire::field<&InlinePolicyRequest::policy_name>("PolicyName", kPolicyNameBounds)};
};

template <class Card, class Of>
struct GetPolicyOf {
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;
  using Request = InlinePolicyRequest<Of>;

  struct Response {
    std::string name;
    std::string policy_name;
    std::string document;
    static constexpr wire::Field kFields[] = {wire::field<&Response::name>(Of::kMember),
                                              wire::field<&Response::policy_name>("PolicyName"),
                                              wire::field<&Response::document>("PolicyDocument")};
  };

  static Result<void> check(const Request&) { return {}; }
  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return Of::kResource(request.name, caller, rooms);
  }
  static Result<Response> handle(const api::Authorized<Card>& authorized, Rooms&) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const auto* const holder, Of::kFound(authorized.resource(), request.name));
    const iam::InlinePolicy* const policy = iam::find_inline_policy(*holder->entity, request.policy_name);
    if (policy == nullptr) return iam::no_such_inline_policy(Of::kKind, request.policy_name);
    return Response{holder->entity->name, policy->name, encoded_policy(policy->text)};
  }
};

template <class Card, class Of>
struct DeletePolicyOf {
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kLimitExceeded,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;
  using Request = InlinePolicyRequest<Of>;
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }
  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return Of::kResource(request.name, caller, rooms);
  }
  static void keys(const Request&, const api::Resource& resource, api::ConditionKeys& keys) {
    add_own_boundary_key<typename Of::Entity>(resource, keys);
  }
  static Result<Response> handle(const api::Authorized<Card>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::delete_inline_policy(rooms.identities, target<Of>(authorized), authorized.request().policy_name));
    return Response{};
  }
};

struct ListPoliciesResponse {
  std::vector<std::string> names;
  bool is_truncated = false;
  std::optional<std::string> marker;
  static constexpr wire::Field kFields[] = {wire::field<&ListPoliciesResponse::names>("PolicyNames"),
                                            wire::field<&ListPoliciesResponse::is_truncated>("IsTruncated"),
                                            wire::field<&ListPoliciesResponse::marker>("Marker")};
};

template <class Card, class Of>
struct ListPoliciesOf {
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
  using Response = ListPoliciesResponse;

  static Result<void> check(const Request&) { return {}; }
  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return Of::kResource(request.name, caller, rooms);
  }
  static Result<Response> handle(const api::Authorized<Card>& authorized, Rooms&) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const auto* const holder, Of::kFound(authorized.resource(), request.name));
    Response response;
    for (const iam::InlinePolicy& policy : holder->entity->inline_policies)
      response.names.push_back(policy.name);
    COFFER_ASSIGN(response.marker, cut_page(response.names, {request.marker, request.max_items}, std::identity()));
    response.is_truncated = response.marker.has_value();
    return response;
  }
};

}  // namespace coffer::iam_service
