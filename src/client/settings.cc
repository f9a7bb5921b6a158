#include "client/settings.h"

namespace coffer::client {
namespace {

constexpr std::string_view kDefaultEndpoint = "http://127.0.0.1:4566";
// Debian's, which most others have as well.
constexpr std::string_view kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

std::string_view read(const Environment& environment, const char* name) {
  const char* const value = environment(name);
  return value != nullptr ? std::string_view(value) : std::string_view();
}

std::string_view first(std::initializer_list<std::string_view> values) {
  for (const std::string_view value : values) {
    if (!value.empty()) return value;
  }
  return {};
}

// It becomes part of a header.
bool is_token(std::string_view text) {
  for (const char c : text) {
    if (c <= ' ' || c >= '\x7f') return false;
  }
  return true;
}

Result<Credentials> credentials_from(const Environment& environment) {
  const std::string_view id = read(environment, "AWS_ACCESS_KEY_ID");
  const std::string_view secret = read(environment, "AWS_SECRET_ACCESS_KEY");
  const std::string_view token = read(environment, "AWS_SESSION_TOKEN");
  if (id.empty() || secret.empty()) {
    return Error{ErrorCode::kUsage,
                 "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, of a session AWS_SESSION_TOKEN as "
                 "well (of `coffer dev`: . coffer-data/env)"};
  }
  if (!AccessKeyId::parse(id)) return Error{ErrorCode::kUsage, "AWS_ACCESS_KEY_ID is not the id of an access key"};
  if (!is_token(token)) return Error{ErrorCode::kUsage, "AWS_SESSION_TOKEN has a space or a line end in it"};
  return Credentials{.access_key_id = std::string(id),
                     .secret_access_key = SecretBytes::copy_of(secret),
                     .session_token = std::string(token)};
}

Result<Region> region_from(const Overrides& overrides, const Environment& environment) {
  const std::string_view name =
      first({overrides.region, read(environment, "AWS_REGION"), read(environment, "AWS_DEFAULT_REGION")});
  if (name.empty()) return Error{ErrorCode::kUsage, "no region: give --region, or set AWS_REGION"};
  auto region = Region::parse(name);
  if (!region)
    return Error{ErrorCode::kUsage, "'" + std::string(name) + "' is not the name of a region, such as us-east-1"};
  return *std::move(region);
}

std::string url_in(std::string_view url, const Region& region) {
  constexpr std::string_view kPlace = "{region}";
  std::string text(url);
  for (size_t at = text.find(kPlace); at != text.npos; at = text.find(kPlace))
    text.replace(at, kPlace.size(), region.text());
  return text;
}

}  // namespace

Result<Settings> settings_from(const Overrides& overrides, const Environment& environment) {
  COFFER_ASSIGN(Region region, region_from(overrides, environment));
  const std::string_view url = first({overrides.endpoint, read(environment, "COFFER_ENDPOINT_URL"),
                                      read(environment, "AWS_ENDPOINT_URL"), kDefaultEndpoint});
  COFFER_ASSIGN(Endpoint endpoint, Endpoint::parse(url_in(url, region)));
  COFFER_ASSIGN(Credentials credentials, credentials_from(environment));
  return Settings{.endpoint = std::move(endpoint),
                  .region = std::move(region),
                  .credentials = std::move(credentials),
                  .ca_file = std::string(first({read(environment, "AWS_CA_BUNDLE"), kSystemAuthorities}))};
}

}  // namespace coffer::client
