// Reads AWSCURRENT of up to 20 secrets, named or found by filters. What goes wrong with one secret is an entry of
// Errors and leaves the others alone. Each value is a GetSecretValue: the caller needs that permission for each secret,
// and ListSecrets for filters, and the audit has a line for each. Secrets of other accounts cannot be read this way.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
#include "api/error_reply.h"
#include "services/secretsmanager/common_actions.h"
#include "services/secretsmanager/common_filters.h"
#include "services/secretsmanager/common_listing.h"
#include "services/secretsmanager/common_read.h"

namespace coffer::secretsmanager {
namespace {

constexpr int64_t kMaxSecrets = 20;

struct ApiError {
  std::string secret_id;
  std::string error_code;
  std::string message;
  static constexpr wire::Field kFields[] = {wire::field<&ApiError::secret_id>("SecretId"),
                                            wire::field<&ApiError::error_code>("ErrorCode"),
                                            wire::field<&ApiError::message>("Message")};
};

struct BatchGetSecretValue {
  static constexpr std::string_view kName = "BatchGetSecretValue";
  static constexpr std::string_view kAction = "secretsmanager:BatchGetSecretValue";
  static constexpr api::Effect kEffect = api::Effect::kScans;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidParameter,
                                          ErrorCode::kInvalidRequest,   ErrorCode::kDecryptionFailure,
                                          ErrorCode::kInvalidNextToken, ErrorCode::kInternalServiceError};
  static constexpr bool kHeedsFreshness = true;
  using Rooms = secretsmanager::Rooms;
  using Authorized = api::Authorized<BatchGetSecretValue>;

  struct Request {
    std::optional<std::vector<std::string>> secret_id_list;
    std::optional<std::vector<Filter>> filters;
    std::optional<int64_t> max_results;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::secret_id_list>("SecretIdList", {.min = 1, .max = kMaxSecrets, .item = &kSecretIdBounds}),
        wire::field<&Request::filters>("Filters", {.max = 10}),
        wire::field<&Request::max_results>("MaxResults", {.min = 1, .max = kMaxSecrets}),
        wire::field<&Request::next_token>("NextToken", kNextTokenBounds)};
  };

  struct Response {
    std::vector<SecretValue> secret_values;
    std::optional<std::string> next_token;
    std::vector<ApiError> errors;
    static constexpr wire::Field kFields[] = {wire::field<&Response::secret_values>("SecretValues"),
                                              wire::field<&Response::next_token>("NextToken"),
                                              wire::field<&Response::errors>("Errors")};
  };

  static Result<void> check(const Request& request) {
    if (request.max_results && !request.filters) {
      return Error{ErrorCode::kInvalidParameter,
                   "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided."};
    }
    if (request.secret_id_list.has_value() == request.filters.has_value()) {
      return Error{ErrorCode::kInvalidParameter, "Either 'SecretIdList' or 'Filters' must be provided, but not both."};
    }
    if (request.next_token && !request.filters) {
      return Error{ErrorCode::kInvalidParameter,
                   "'Filters' not specified. 'Filters' must also be specified when 'NextToken' is provided."};
    }
    return request.filters ? check_filters(*request.filters) : Result<void>();
  }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return api::Resource{"*", caller.account};
  }

  static Result<SecretValue> read(const Authorized& authorized, std::string_view secret_id, const Rooms& rooms) {
    return api::Pipeline::attempt<action::GetSecretValue>(
        authorized.authority(), secret_id, [&] { return secret_resource(secret_id, authorized.caller(), rooms); },
        [&](const api::Permit<action::GetSecretValue>& permit) {
          return read_secret_value(Readable(permit), {}, rooms);
        });
  }

  // A secret that is damaged must not hide the others, and its client is told no more than one of GetSecretValue. That
  // this server cannot read now (503) is nothing about one secret: it fails the call, which is then made again.
  static Result<void> add(const Authorized& authorized, const std::string& secret_id, const Rooms& rooms,
                          Response& response) {
    Result<SecretValue> value = read(authorized, secret_id, rooms);
    if (value.ok()) {
      response.secret_values.push_back(std::move(value).value());
      return {};
    }
    const Error& error = value.error();
    const ErrorCode code = api::public_code(error.code);
    if (code == ErrorCode::kServiceUnavailable) return error;
    response.errors.push_back({secret_id, std::string(error_name(code)), std::string(api::public_message(error))});
    return {};
  }

  // The secrets that the filters find; those without a value, and those of which the caller may not read it, come out
  // as errors.
  static Result<secrets::SecretStore::Page> found(const Authorized& authorized, const ListingArguments& listing,
                                                  const Rooms& rooms) {
    const Request& request = authorized.request();
    const AccountId& account = authorized.caller().account;
    COFFER_TRY(api::Pipeline::permit<action::ListSecrets>(authorized.authority(), {"*", account}));
    ListQuery query{.account = account,
                    .order = {},
                    .after = std::nullopt,
                    .limit = static_cast<size_t>(request.max_results.value_or(kMaxSecrets)),
                    .matches = {}};
    COFFER_ASSIGN(query.after, decode_page_token(request.next_token, listing));
    const FilterSet filters(*request.filters);
    query.matches = [&filters](const secrets::SecretView& view) {
      return !view.secret.pending_deletion() && filters.pass(view.secret);
    };
    return list_page(rooms, query);
  }

  static Result<Response> handle(const Authorized& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    Response response;
    if (request.secret_id_list) {
      for (const std::string& secret_id : *request.secret_id_list)
        COFFER_TRY(add(authorized, secret_id, rooms, response));
      return response;
    }
    ListingArguments listing;
    for (const std::string_view argument :
         {kName, std::string_view(rooms.region.text()), std::string_view(authorized.caller().account.text())})
      listing.add(argument);
    add_filters(*request.filters, listing);
    COFFER_ASSIGN(const secrets::SecretStore::Page page, found(authorized, listing, rooms));
    api::Pipeline::leave_out(authorized.authority(), page.damaged);
    for (const secrets::SecretPointer& view : page.secrets)
      COFFER_TRY(add(authorized, view->arn, rooms, response));
    if (page.next) response.next_token = encode_page_token(*page.next, listing);
    return response;
  }
};

}  // namespace

api::Operation batch_get_secret_value() {
  return api::operation<BatchGetSecretValue>();
}

}  // namespace coffer::secretsmanager
