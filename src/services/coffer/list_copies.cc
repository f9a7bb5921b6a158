// What this region has of the caller's secrets, with the numbers that tell which of two regions' copies is newer. Never
// a value. Coffer's own.
#include <charconv>

#include "services/coffer/common_copies.h"

namespace coffer::coffer_service {
namespace {

constexpr int64_t kDefaultPage = 100;
using Position = secrets::SecretStore::Position;

// NextToken: the place of the last entry, milliseconds and name. It names a place in the caller's own list.
std::string token_of(const Position& position) {
  return std::to_string(position.created.time_since_epoch().count()) + ":" + position.name;
}

Result<std::optional<Position>> position_of(const std::optional<std::string>& token) {
  if (!token) return std::optional<Position>();
  int64_t milliseconds = -1;
  const auto [end, error] = std::from_chars(token->data(), token->data() + token->size(), milliseconds);
  const auto rest = token->substr(static_cast<size_t>(end - token->data()));
  const bool is_ours = error == std::errc() && milliseconds >= 0 && rest.starts_with(":");
  if (!is_ours || !secrets::check_name(std::string_view(rest).substr(1)).ok()) {
    return Error{ErrorCode::kInvalidNextToken, "The NextToken is not valid. Use the one from the previous answer."};
  }
  return std::optional(Position{Time(Duration(milliseconds)), rest.substr(1)});
}

struct TagFilter {
  std::string key;
  std::optional<std::string> value;
  static constexpr wire::Field kFields[] = {wire::field<&TagFilter::key>("Key", {.min = 1, .max = 128}),
                                            wire::field<&TagFilter::value>("Value", {.max = 256})};
};

bool has_tag(const secrets::Secret& secret, const TagFilter& wanted) {
  for (const secrets::Tag& tag : secret.tags) {
    if (tag.key == wanted.key && wanted.value.value_or(tag.value) == tag.value) return true;
  }
  return false;
}

struct ListCopies {
  static constexpr std::string_view kName = "ListCopies";
  static constexpr std::string_view kAction = "coffer:ListCopies";
  static constexpr api::Effect kEffect = api::Effect::kScans;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidParameter, ErrorCode::kInvalidNextToken,
                                          ErrorCode::kInternalServiceError};
  using Rooms = coffer_service::Rooms;

  struct Request {
    std::optional<std::string> primary_region;
    std::optional<std::string> name;
    std::optional<std::string> name_prefix;
    std::optional<TagFilter> tag;
    std::optional<int64_t> max_results;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Request::primary_region>("PrimaryRegion", kRegionBounds),
                                              wire::field<&Request::name>("Name", {.min = 1, .max = 512}),
                                              wire::field<&Request::name_prefix>("NamePrefix", {.min = 1, .max = 512}),
                                              wire::field<&Request::tag>("Tag"),
                                              wire::field<&Request::max_results>("MaxResults", {.min = 1, .max = 500}),
                                              wire::field<&Request::next_token>("NextToken", {.min = 1, .max = 1024})};
  };
  struct Response {
    std::vector<Copy> copies;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Response::copies>("Copies"),
                                              wire::field<&Response::next_token>("NextToken")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return api::Resource{"*", caller.account};
  }

  static Result<Response> handle(const api::Authorized<ListCopies>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const std::optional<Position> after, position_of(request.next_token));
    std::optional<Region> primary;
    if (request.primary_region) {
      COFFER_ASSIGN(primary, parse_region(*request.primary_region, "PrimaryRegion", rooms));
    }
    const auto matches = [&](const secrets::SecretView& view) {
      const secrets::Secret& secret = view.secret;
      return (!primary || secret.primary_region == *primary) && request.name.value_or(secret.name) == secret.name &&
             (!request.name_prefix || secret.name.starts_with(*request.name_prefix)) &&
             (!request.tag || has_tag(secret, *request.tag));
    };
    if (request.name) {
      COFFER_ASSIGN(const secrets::SecretPointer view, rooms.secrets.find(authorized.caller().account, *request.name));
      Response response;
      if (view != nullptr && matches(*view)) response.copies.push_back(copy_of(*view));
      return response;
    }
    const auto limit = static_cast<size_t>(request.max_results.value_or(kDefaultPage));
    COFFER_ASSIGN(const secrets::SecretStore::Page page,
                  rooms.secrets.list(authorized.caller().account, after, limit, matches));
    api::Pipeline::leave_out(authorized.authority(), page.damaged);
    Response response;
    for (const secrets::SecretPointer& view : page.secrets)
      response.copies.push_back(copy_of(*view));
    if (page.next) response.next_token = token_of(*page.next);
    return response;
  }
};

}  // namespace

api::Operation list_copies() {
  return api::operation<ListCopies>();
}

}  // namespace coffer::coffer_service
