#include "client/signed_client.h"

#include <algorithm>

#include "auth/sigv4.h"
#include "base/time_text.h"
#include "wire/json.h"

namespace coffer::client {
namespace {

// Of an answer of the size that the connection takes.
constexpr wire::JsonLimits kLimits{.max_depth = 32, .max_values = 8 << 20};
constexpr std::string_view kContentType = "application/x-amz-json-1.1";

std::string text_of(const wire::Value& object, std::string_view name) {
  const wire::Value* const value = object.find(name);
  const bool is_text = value != nullptr && value->kind() == wire::Kind::kString;
  return is_text ? std::string(value->as_string()) : std::string();
}

// "com.amazonaws.coffer#AccessDeniedException:http://..." is an AccessDeniedException.
std::string error_name_of(std::string type) {
  type.resize(std::min(type.find(':'), type.size()));
  const size_t hash = type.rfind('#');
  return hash == type.npos ? type : type.substr(hash + 1);
}

std::string request_id_of(const net::ClientResponse& response) {
  const auto found =
      std::ranges::find(response.headers, "x-amzn-requestid", [](const auto& header) { return header.first; });
  return found == response.headers.end() ? std::string() : found->second;
}

}  // namespace

net::ClientOptions connection_options(const Settings& settings) {
  net::ClientOptions options{.host = settings.endpoint.host, .port = settings.endpoint.port};
  if (settings.endpoint.scheme == Scheme::kHttps) {
    options.tls = net::TlsClientOptions{.ca_file = settings.ca_file,
                                        .certificate_file = {},
                                        .private_key_file = {},
                                        .server_name = settings.endpoint.host};
  }
  return options;
}

SignedClient::SignedClient(Settings settings, std::unique_ptr<net::HttpClient> http, const Clock& clock)
    : settings_(std::move(settings)), http_(std::move(http)), clock_(clock) {}

Result<Answer> SignedClient::call(const Call& call, wire::Document& document, Duration timeout) {
  const Time now = clock_.now();
  const Credentials& credentials = settings_.credentials;
  const std::string host = settings_.endpoint.authority();
  const std::string date = iso_basic(now);
  const std::string target = std::string(call.target_prefix) + "." + std::string(call.operation);
  auth::SigningRequest signing{
      .method = "POST",
      .target = settings_.endpoint.path,
      .headers = {{"content-type", kContentType}, {"host", host}, {"x-amz-date", date}, {"x-amz-target", target}},
      .body = call.body};
  if (!credentials.session_token.empty()) {
    signing.headers.push_back({"x-amz-security-token", credentials.session_token});
  }
  const std::string authorization = auth::sign(signing, credentials.access_key_id, credentials.secret_access_key,
                                               {.region = settings_.region.text(), .service = call.service}, now);

  net::ClientRequest request{.method = signing.method, .target = signing.target, .headers = {}, .body = call.body};
  for (const net::Header& header : signing.headers)
    request.headers.emplace_back(header.name, header.value);
  request.headers.emplace_back("authorization", authorization);
  COFFER_ASSIGN(net::ClientResponse response, http_->send(request, timeout));

  Answer answer{.status = response.status,
                .error = {},
                .message = {},
                .request_id = request_id_of(response),
                .body = std::move(response.body)};
  document.clear();
  const bool is_json = answer.body.empty() || wire::parse_json(answer.body.view(), kLimits, document).ok();
  if (answer.status == 200 && is_json) return answer;
  if (is_json) answer.error = error_name_of(text_of(document.root(), "__type"));
  if (answer.error.empty()) {
    return Error{ErrorCode::kIo, settings_.endpoint.url() + " answers with status " + std::to_string(answer.status) +
                                     " and not like a service of Coffer"};
  }
  answer.message = text_of(document.root(), "Message");
  if (answer.message.empty()) answer.message = text_of(document.root(), "message");
  return answer;
}

}  // namespace coffer::client
