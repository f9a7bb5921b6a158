#include "cli/deployment.h"

#include <algorithm>

#include "base/log.h"
#include "cli/json_text.h"
#include "wire/json.h"

namespace coffer::cli {
namespace {

constexpr std::string_view kService = "coffer";
constexpr std::string_view kTargetPrefix = "Coffer";
constexpr int64_t kPage = 100;  // a secret may have 200 versions

struct CopyPage {
  std::vector<Copy> copies;
  std::optional<std::string> next_token;
  static constexpr wire::Field kFields[] = {wire::field<&CopyPage::copies>("Copies"),
                                            wire::field<&CopyPage::next_token>("NextToken")};
};

Error refusal(const std::string& region, std::string_view operation, const client::Answer& answer) {
  const std::string said = region + " says: " + answer.message;
  if (answer.status == 503) return {ErrorCode::kServiceUnavailable, said};
  if (answer.error == "AccessDeniedException") return {ErrorCode::kAccessDenied, said};
  if (answer.error == "ThrottlingException") return {ErrorCode::kThrottling, said};
  return {ErrorCode::kInternalServiceError, region + " answers " + std::string(operation) + " with " + answer.error +
                                                ": " + answer.message + " (request " + answer.request_id + ")"};
}

}  // namespace

const CopyVersion* Copy::current() const {
  for (const CopyVersion& version : versions) {
    if (std::ranges::find(version.version_stages, "AWSCURRENT") != version.version_stages.end()) return &version;
  }
  return nullptr;
}

JsonObject& JsonObject::add(std::string_view name, std::string_view value) {
  std::string json;
  append_json_string(value, json);
  return add_json(name, json);
}
JsonObject& JsonObject::add(std::string_view name, bool value) {
  return add_json(name, value ? "true" : "false");
}
JsonObject& JsonObject::add(std::string_view name, int64_t value) {
  return add_json(name, std::to_string(value));
}
JsonObject& JsonObject::add_json(std::string_view name, std::string_view json) {
  if (!members_.empty()) members_ += ", ";
  append_json_string(name, members_);
  members_.append(": ").append(json);
  return *this;
}

Deployment::Connect connect_by(const client::Overrides& overrides, const client::Environment& environment,
                               const Clock& clock, std::function<bool()> is_given_up) {
  return [=, &clock](const std::string& region) -> Result<std::unique_ptr<client::SignedClient>> {
    client::Overrides chosen = overrides;
    if (!region.empty()) chosen.region = region;
    COFFER_ASSIGN(client::Settings settings, client::settings_from(chosen, environment));
    net::ClientOptions options = client::connection_options(settings);
    options.is_given_up = is_given_up;
    auto http = net::HttpClient::make(options);
    return std::make_unique<client::SignedClient>(std::move(settings), std::move(http), clock);
  };
}

Result<client::SignedClient*> Deployment::client(const std::string& region) {
  auto& client = clients_[region];
  if (client == nullptr) {
    COFFER_ASSIGN(client, connect_(region));
  }
  return client.get();
}

Result<void> Deployment::call(const std::string& region, std::string_view operation, std::string_view body,
                              wire::Document& answer) {
  return call(region, {.service = kService, .target_prefix = kTargetPrefix, .operation = operation, .body = body},
              answer);
}

Result<void> Deployment::call(const std::string& region, const client::Call& call, wire::Document& answer) {
  COFFER_ASSIGN(client::SignedClient* const client, client(region));
  const std::string& name = client->settings().region.text();
  const Result<client::Answer> answered = client->call(call, answer, timeout_);
  if (!answered.ok()) {
    if (answered.error().code == ErrorCode::kAborted) return answered.error();
    return Error{ErrorCode::kServiceUnavailable, name + " does not answer: " + answered.error().message};
  }
  if (!answered->error.empty()) return refusal(name, call.operation, *answered);
  return {};
}

Result<RegionStatus> Deployment::status(const std::string& region) {
  wire::Document answer;
  COFFER_TRY(call(region, "GetRegionStatus", "{}", answer));
  return wire::decode<RegionStatus>(answer.root());
}

Result<std::vector<Copy>> Deployment::copies(const std::string& region, const CopyFilter& filter) {
  std::vector<Copy> copies;
  std::optional<std::string> token;
  do {
    JsonObject body;
    body.add("MaxResults", kPage);
    if (!filter.primary_region.empty()) body.add("PrimaryRegion", filter.primary_region);
    if (!filter.name.empty()) body.add("Name", filter.name);
    if (!filter.name_prefix.empty()) body.add("NamePrefix", filter.name_prefix);
    if (!filter.tag_key.empty()) {
      JsonObject tag;
      tag.add("Key", filter.tag_key);
      if (filter.tag_value) tag.add("Value", *filter.tag_value);
      body.add_json("Tag", tag.text());
    }
    if (token) body.add("NextToken", *token);
    wire::Document answer;
    COFFER_TRY(call(region, "ListCopies", body.text(), answer));
    COFFER_ASSIGN(CopyPage page, wire::decode<CopyPage>(answer.root()));
    std::ranges::move(page.copies, std::back_inserter(copies));
    token = std::move(page.next_token);
  } while (token);
  return copies;
}

std::string json_text_of(const std::function<void(wire::Encoder&)>& encode) {
  SecretBuffer buffer;
  wire::JsonEncoder encoder(buffer);
  encode(encoder);
  wire::Document document;
  const Result<void> parsed = wire::parse_json(buffer.view(), {.max_depth = 32, .max_values = SIZE_MAX}, document);
  // Encoded it was; at worst it is printed on one line.
  if (!parsed.ok()) return std::string(buffer.view()) + "\n";
  return json_text(document.root()) + "\n";
}

}  // namespace coffer::cli
