#include "services/sts/testing/world.h"

#include <algorithm>

#include "iam/attachments.h"
#include "wire/encoder.h"
#include "wire/json.h"

namespace coffer::sts_service::testing {

using sts::testing::kAccount;
using sts::testing::kNow;
using sts::testing::must;

bool Answer::has(std::string_view member) const {
  return text.contains("\"" + std::string(member) + "\":");
}

std::string Answer::operator[](std::string_view member) const {
  const std::string mark = "\"" + std::string(member) + "\":";
  const size_t at = text.find(mark);
  if (at == std::string::npos) {
    ADD_FAILURE() << member << " is not in " << outcome() << " " << text;
    return {};
  }
  std::string_view value = std::string_view(text).substr(at + mark.size());
  if (!value.starts_with('"')) return std::string(value.substr(0, value.find_first_of(",}")));
  value.remove_prefix(1);
  return std::string(value.substr(0, value.find('"')));
}

ServiceWorld::ServiceWorld() = default;
ServiceWorld::~ServiceWorld() {
  ::close(log_file);
}

Answer ServiceWorld::call(const auth::Caller& caller, std::string_view operation, std::string_view input) {
  const auto card = std::ranges::find(service.operations, operation, &api::Operation::name);
  if (card == service.operations.end()) {
    ADD_FAILURE() << "no operation " << operation;
    return {"UnknownOperation", ""};
  }
  wire::Document document;
  SecretBuffer output;
  wire::JsonEncoder encoder(output);
  const api::Invocation invocation{
      .caller = caller, .now = region.clock.now(), .request_id = "test", .authorizer = authorizer};
  Result<void> result = wire::parse_json(input, {}, document);
  if (result.ok()) result = card->run(invocation, service.rooms, document.root(), encoder);
  if (result.ok()) return {"", std::string(output.view())};
  return {std::string(query_code(result.error().code)), result.error().message};
}

auth::Caller ServiceWorld::caller_of(const Answer& answer) {
  const std::string id = answer["AccessKeyId"];
  const std::string token = answer["SessionToken"];
  const auto found =
      must(region.credentials.find({.access_key_id = id, .session_token = token, .now = region.clock.now()}));
  if (found == nullptr) {
    ADD_FAILURE() << "no such credentials";
    return {};
  }
  EXPECT_EQ(found->secret_access_key().view(sts::testing::kTest), answer["SecretAccessKey"]);
  return found->caller();
}

Answer ServiceWorld::assume(const auth::Caller& caller, std::string_view role_arn, std::string_view more) {
  std::string input = R"({"RoleArn":")" + std::string(role_arn) + R"(","RoleSessionName":"deploy")";
  if (!more.empty()) input.append(",").append(more);
  return call(caller, "AssumeRole", input + "}");
}

void ServiceWorld::trust(std::string_view role, std::string_view principal, std::string_view more) {
  std::string text = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":)";
  text.append(principal).append(",").append(more.empty() ? R"("Action":"sts:AssumeRole")" : more).append("}}");
  must(iam::update_trust_policy(region.store, {.account = kAccount, .kind = iam::EntityKind::kRole, .name = role},
                                text));
}

void ServiceWorld::allow(iam::EntityKind kind, std::string_view name, std::string_view action) {
  const std::string text = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":")" + std::string(action) +
                           R"(","Resource":"*"}})";
  must(iam::put_inline_policy(region.store, {.account = kAccount, .kind = kind, .name = name},
                              {.name = "allowed", .text = text}));
}

}  // namespace coffer::sts_service::testing
