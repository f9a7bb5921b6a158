#include "sts/https_key_fetcher.h"

#include <algorithm>
#include <optional>

#include "net/address_kind.h"
#include "net/http_client.h"
#include "net/socket_address.h"
#include "wire/json.h"

namespace coffer::sts {
namespace {

constexpr std::string_view kWellKnown = "/.well-known/openid-configuration";
constexpr wire::JsonLimits kLimits{.max_depth = 8, .max_values = 2000};

std::string_view text(const wire::Value& object, std::string_view member) {
  const wire::Value* const value = object.find(member);
  return value != nullptr && value->kind() == wire::Kind::kString ? value->as_string() : std::string_view();
}

// The default port is not said: some servers take it for another name.
std::string host_header(const WebAddress& address) {
  std::string host = address.host.contains(':') ? "[" + address.host + "]" : address.host;
  const uint16_t usual = address.uses_tls ? 443 : 80;
  if (address.port != usual) host.append(":").append(std::to_string(address.port));
  return host;
}

Error misunderstood(std::string what) {
  return Error{ErrorCode::kCorrupt, std::move(what)};
}

}  // namespace

Result<std::vector<JsonWebKey>> HttpsKeyFetcher::fetch(std::string_view issuer) const {
  auto address = parse_web_address(issuer, options_.loopback);
  if (!address) return misunderstood("the issuer's URL cannot be asked");
  if (address->path.ends_with('/')) address->path.pop_back();
  address->path += kWellKnown;
  COFFER_ASSIGN(const std::string configuration, get(*address));
  wire::Document tree;
  if (!wire::parse_json(configuration, kLimits, tree).ok())
    return misunderstood("the issuer's configuration is no JSON");
  // Or one issuer could have its tokens verified with the keys of another.
  if (text(tree.root(), "issuer") != issuer) return misunderstood("the issuer's configuration names another issuer");
  const auto keys = parse_web_address(text(tree.root(), "jwks_uri"), options_.loopback);
  if (!keys) return misunderstood("the issuer's configuration has no jwks_uri that can be asked");
  COFFER_ASSIGN(const std::string key_set, get(*keys));
  return read_key_set(key_set);
}

bool HttpsKeyFetcher::may_reach(const WebAddress& address, const net::Endpoint& endpoint) const {
  const net::AddressKind kind = net::kind_of(endpoint);
  if (kind == net::AddressKind::kOrdinary) return true;
  if (kind == net::AddressKind::kLoopback && options_.loopback == LoopbackHttp::kAllowed) return true;
  const std::string reached = net::address_text(endpoint);
  return std::ranges::any_of(options_.allowed_hosts, [&](const AllowedHost& host) {
    return host.includes(address.host, address.port, reached);
  });
}

Result<std::string> HttpsKeyFetcher::get(const WebAddress& address) const {
  net::ClientOptions client_options{.host = address.host,
                                    .port = address.port,
                                    .unix_path = {},
                                    .tls = std::nullopt,
                                    .connect_timeout = options_.timeout,
                                    .max_body_bytes = options_.max_body_bytes,
                                    .may_reach = [&](const net::Endpoint& at) { return may_reach(address, at); }};
  if (address.uses_tls) {
    client_options.tls = net::TlsClientOptions{
        .ca_file = options_.ca_file, .certificate_file = {}, .private_key_file = {}, .server_name = address.host};
  }
  const auto client = net::HttpClient::make(client_options);
  const std::string host = host_header(address);
  const net::ClientRequest request{
      .method = "GET",
      .target = address.path.empty() ? std::string_view("/") : std::string_view(address.path),
      .headers = {{"host", host}, {"accept", "application/json"}, {"connection", "close"}},
      .body = {}};
  const auto response = client->send(request, options_.timeout);
  // Trying again would not help.
  if (!response.ok() && response.error().code == ErrorCode::kPermission) return misunderstood(response.error().message);
  if (!response.ok()) return response.error();
  if (response->status == 200) return std::string(response->body.view());
  const ErrorCode code = response->status >= 500 ? ErrorCode::kIo : ErrorCode::kCorrupt;
  return Error{code, host + address.path + " answered " + std::to_string(response->status)};
}

}  // namespace coffer::sts
