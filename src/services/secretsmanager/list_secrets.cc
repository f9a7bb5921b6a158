// The caller's secrets in this region, page by page, filtered and sorted.
// Differences from AWS: it is not eventually consistent, and lists of more than 10,000 secrets are not sorted otherwise
// than by creation. With few matches a page may be short, or empty, and still have a NextToken.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_details.h"
#include "services/secretsmanager/common_filters.h"
#include "services/secretsmanager/common_listing.h"

namespace coffer::secretsmanager {
namespace {

constexpr int64_t kDefaultPage = 100;
constexpr std::string_view kSortOrders[] = {"asc", "desc"};
constexpr std::string_view kSortKeys[] = {"created-date", "last-accessed-date", "last-changed-date", "name"};

struct ListSecrets {
  static constexpr std::string_view kName = "ListSecrets";
  static constexpr std::string_view kAction = "secretsmanager:ListSecrets";
  static constexpr api::Effect kEffect = api::Effect::kScans;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidParameter, ErrorCode::kInvalidRequest,
                                          ErrorCode::kInvalidNextToken, ErrorCode::kInternalServiceError};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::optional<bool> include_planned_deletion;
    std::optional<int64_t> max_results;
    std::optional<std::string> next_token;
    std::optional<std::vector<Filter>> filters;
    std::optional<std::string> sort_order;
    std::optional<std::string> sort_by;
    static constexpr wire::Field kFields[] = {wire::field<&Request::include_planned_deletion>("IncludePlannedDeletion"),
                                              wire::field<&Request::max_results>("MaxResults", kMaxResultsBounds),
                                              wire::field<&Request::next_token>("NextToken", kNextTokenBounds),
                                              wire::field<&Request::filters>("Filters", {.max = 10}),
                                              wire::field<&Request::sort_order>("SortOrder", {.values = kSortOrders}),
                                              wire::field<&Request::sort_by>("SortBy", {.values = kSortKeys})};
  };

  struct Response {
    std::vector<SecretListEntry> secret_list;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Response::secret_list>("SecretList"),
                                              wire::field<&Response::next_token>("NextToken")};
  };

  static Result<void> check(const Request& request) {
    return request.filters ? check_filters(*request.filters) : Result<void>();
  }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return api::Resource{"*", caller.account};
  }

  static ListingArguments arguments(const Request& request, const AccountId& account, const Rooms& rooms) {
    ListingArguments arguments;
    arguments.add(kName);
    arguments.add(rooms.region.text());
    arguments.add(account.text());
    arguments.add(request.include_planned_deletion.value_or(false) ? "deleted too" : "");
    arguments.add(request.sort_by.value_or("created-date"));
    arguments.add(request.sort_order.value_or("asc"));
    if (request.filters) add_filters(*request.filters, arguments);
    return arguments;
  }

  static Result<Response> handle(const api::Authorized<ListSecrets>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const AccountId& account = authorized.caller().account;
    const ListingArguments listing = arguments(request, account, rooms);
    ListQuery query{.account = account,
                    .order = list_order(request.sort_by, request.sort_order),
                    .after = std::nullopt,
                    .limit = static_cast<size_t>(request.max_results.value_or(kDefaultPage)),
                    .matches = {}};
    COFFER_ASSIGN(query.after, decode_page_token(request.next_token, listing));
    static const std::vector<Filter> kNone;
    const FilterSet filters(request.filters ? *request.filters : kNone);
    const bool shows_deleted = request.include_planned_deletion.value_or(false);
    query.matches = [&](const secrets::SecretView& view) {
      if (view.secret.pending_deletion() && !shows_deleted) return false;
      return filters.pass(view.secret);
    };
    COFFER_ASSIGN(const secrets::SecretStore::Page page, list_page(rooms, query));
    api::Pipeline::leave_out(authorized.authority(), page.damaged);
    Response response;
    response.secret_list.reserve(page.secrets.size());
    for (const secrets::SecretPointer& view : page.secrets)
      response.secret_list.push_back({details_of(*view)});
    if (page.next) response.next_token = encode_page_token(*page.next, listing);
    return response;
  }
};

}  // namespace

api::Operation list_secrets() {
  return api::operation<ListSecrets>();
}

}  // namespace coffer::secretsmanager
