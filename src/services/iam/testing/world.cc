#include "services/iam/testing/world.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "api/query_reply.h"
#include "base/encoding.h"
#include "iam/attachments.h"
#include "iam/users.h"
#include "wire/query.h"
#include "wire/xml_encoder.h"

namespace coffer::iam_service::testing {
namespace {

std::string without_entities(std::string text) {
  const std::pair<std::string_view, std::string_view> entities[] = {
      {"&quot;", "\""}, {"&#34;", "\""}, {"&apos;", "'"}, {"&#39;", "'"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}};
  for (const auto& [entity, character] : entities) {
    for (size_t at = text.find(entity); at != std::string::npos; at = text.find(entity, at + 1))
      text.replace(at, entity.size(), character);
  }
  return text;
}

std::string encoded(const Form& form) {
  std::string text;
  for (const auto& [name, value] : form) {
    if (!text.empty()) text.push_back('&');
    percent_encode(name, false, text);
    text.push_back('=');
    percent_encode(value, false, text);
  }
  return text;
}

}  // namespace

std::vector<std::string> Answer::all(std::string_view element) const {
  std::vector<std::string> found;
  const std::string begin = "<" + std::string(element) + ">";
  const std::string end = "</" + std::string(element) + ">";
  for (size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += begin.size();
    const std::string raw = without_entities(text.substr(at, text.find(end, at) - at));
    found.push_back(percent_decode(raw).value_or(raw));
  }
  return found;
}

std::string Answer::operator[](std::string_view element) const {
  const std::vector<std::string> found = all(element);
  EXPECT_EQ(found.size(), 1u) << element << " in " << outcome() << " " << text;
  return found.size() == 1 ? found.front() : std::string();
}

Result<void> InterruptedAuthorizer::authorize(const api::AccessQuestion& question, api::ConditionKeys& keys) const {
  const Result<void> decided = authorizer_.authorize(question, keys);
  if (const auto interruption = std::exchange(next, nullptr)) interruption();
  return decided;
}

World::World() = default;
World::~World() {
  ::close(log_file);
}

Answer World::call(const auth::Caller& caller, std::string_view operation, const Form& form) {
  const auto card = std::ranges::find(service.operations, operation, &api::Operation::name);
  if (card == service.operations.end()) {
    ADD_FAILURE() << "no operation " << operation;
    return {"InvalidAction", ""};
  }
  wire::Document document;
  SecretBuffer output;
  const api::Invocation invocation{
      .caller = caller, .now = site.clock.now(), .request_id = "test", .authorizer = interrupted};
  const api::QueryAnswer around{service.query->xml_namespace, "test"};
  api::begin_query_answer(around, operation, output);
  const std::string result_name = std::string(operation) + "Result";
  wire::XmlEncoder encoder(output, result_name);
  Result<void> result = wire::parse_query(encoded(form), {}, document);
  if (result.ok()) result = card->run(invocation, service.rooms, document.root(), encoder);
  if (!result.ok()) return {std::string(query_code(result.error().code)), result.error().message};
  api::end_query_answer(around, operation, output);
  return {"", std::string(output.view())};
}

auth::Caller World::root_caller() const {
  return {.account = kAccount,
          .kind = auth::PrincipalKind::kRoot,
          .arn = "arn:aws:iam::" + kAccount.text() + ":root",
          .access_key = {},
          .user_id = kAccount.text()};
}

auth::Caller World::user(std::string_view name, const std::string& policy) {
  iam::IdentityStore& store = site.identity_store;
  if (site.entities().user(name) == nullptr) {
    EXPECT_TRUE(iam::create_user(store, kAccount, {.name = std::string(name)}).ok());
  }
  EXPECT_TRUE(iam::put_inline_policy(store, iam::testing::user_ref(name), {"policy", policy}).ok());
  const iam::Identity& identity = *site.snapshot()->user(name);
  return {.account = kAccount,
          .kind = auth::PrincipalKind::kUser,
          .arn = identity.arn,
          .access_key = {},
          .user_id = identity.unique_id};
}

auth::Caller World::session_of(std::string_view role) const {
  const iam::SnapshotPointer snapshot = site.snapshot();
  const iam::Identity& identity = *snapshot->role(role);
  return {.account = kAccount,
          .kind = auth::PrincipalKind::kRoleSession,
          .arn = "arn:aws:sts::" + kAccount.text() + ":assumed-role/" + identity.name + "/session",
          .access_key = {},
          .user_id = identity.unique_id + ":session"};
}

std::string policy_of(std::string_view members) {
  return R"({"Version":"2012-10-17","Statement":{)" + std::string(members) + "}}";
}

}  // namespace coffer::iam_service::testing
