#include "cli/explain_command.h"

#include <algorithm>

#include "base/log.h"
#include "cli/decision_text.h"
#include "cli/json_text.h"

namespace coffer::cli {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kAround = " \t\r\n\"'`<>(),.;:";
  text.remove_prefix(std::min(text.find_first_not_of(kAround), text.size()));
  return text.substr(0, text.find_last_not_of(kAround) + 1);
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

Error refusal(const client::Answer& answer, std::string_view id, const client::Settings& settings) {
  const std::string where = settings.region.text() + " at " + settings.endpoint.url();
  if (answer.error == "ResourceNotFoundException") {
    return Error{ErrorCode::kNotFound,
                 "no decision " + std::string(id) + " is known in " + where +
                     ", or it concerns other accounts. A region explains its newest denials, until it is started "
                     "again: ask the region that answered the request (--region), with credentials of the account of "
                     "the caller or of the resource. The region says: " +
                     answer.message};
  }
  if (answer.error == "AccessDeniedException") {
    return Error{ErrorCode::kAccessDenied,
                 "not allowed: " + answer.message + " (explaining takes coffer:ExplainDecision)"};
  }
  return Error{ErrorCode::kInternalServiceError,
               where + " answers " + answer.error + ": " + answer.message + " (request " + answer.request_id + ")"};
}

Error no_answer(const Error& error) {
  const bool is_nobody = error.message.starts_with("cannot connect");
  if (!is_nobody) return error;
  return Error{ErrorCode::kNotFound,
               error.message + " (is the region running? --endpoint or AWS_ENDPOINT_URL says where it is)"};
}

}  // namespace

Result<std::string> explain_decision(const ExplainRequest& request, const client::Environment& environment,
                                     const Clock& clock) {
  COFFER_ASSIGN(client::Settings settings, client::settings_from(request.overrides, environment));
  auto http = net::HttpClient::make(client::connection_options(settings));
  client::SignedClient client(std::move(settings), std::move(http), clock);
  return explain_decision(request.decision_id, request.form, client);
}

Result<std::string> explain_decision(std::string_view decision_id, Form form, client::SignedClient& client) {
  const std::string_view id = trimmed(decision_id);
  if (!is_id(id)) {
    return Error{ErrorCode::kUsage,
                 "'" + std::string(decision_id.substr(0, 100)) +
                     "' is no decision id: give the request id that the client printed, or the decision_id of a line "
                     "access_denied in the log"};
  }
  std::string body = R"({"DecisionId": )";
  append_json_string(id, body);
  body += "}";
  wire::Document document;
  const auto answer = client.call(
      {.service = "coffer", .target_prefix = "Coffer", .operation = "ExplainDecision", .body = body}, document);
  if (!answer.ok()) return no_answer(answer.error());
  if (!answer->error.empty()) return refusal(*answer, id, client.settings());
  return form == Form::kJson ? json_text(document.root()) + "\n" : decisions_text(document.root());
}

}  // namespace coffer::cli
