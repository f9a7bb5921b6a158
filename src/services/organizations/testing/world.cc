#include "services/organizations/testing/world.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "iam/attachments.h"
#include "iam/users.h"
#include "wire/json.h"

namespace coffer::organizations_service::testing {

Answer World::call(const auth::Caller& caller, std::string_view operation, std::string_view input) {
  const auto card = std::ranges::find(service.operations, operation, &api::Operation::name);
  if (card == service.operations.end()) fail({ErrorCode::kUnknownOperation, std::string(operation)});
  wire::Document document;
  SecretBuffer output;
  wire::JsonEncoder encoder(output);
  const api::Invocation invocation{
      .caller = caller, .now = site.clock.now(), .request_id = "test", .authorizer = authorizer};
  Result<void> result = wire::parse_json(input, {}, document);
  if (result.ok()) result = card->run(invocation, service.rooms, document.root(), encoder);
  if (result.ok()) return {.status = 200, .error = "", .message = "", .output = std::string(output.view())};
  const Error& error = result.error();
  return {.status = http_status(error.code),
          .error = std::string(error_name(error.code)),
          .message = error.message,
          .output = ""};
}

void World::make_user(std::string_view account, const std::string& name, const std::string& policy) {
  const AccountId owner = *AccountId::parse(account);
  ids_[std::string(account) + ":user/" + name] =
      must(iam::create_user(site.identity_store, owner, {.name = name})).unique_id;
  must(iam::put_inline_policy(site.identity_store, {owner, iam::EntityKind::kUser, name},
                              {.name = "inline", .text = policy}));
}

auth::Caller World::caller(std::string_view account, std::string_view who) const {
  auth::Caller caller{.account = *AccountId::parse(account),
                      .kind = auth::PrincipalKind::kRoot,
                      .arn = "arn:aws:iam::" + std::string(account) + ":" + std::string(who),
                      .access_key = {},
                      .user_id = std::string(account)};
  if (who == "root") return caller;
  const auto found = ids_.find(std::string(account) + ":" + std::string(who));
  caller.user_id = found == ids_.end() ? "AIDANOBODYNOBODYNOBOD" : found->second;
  caller.kind = auth::PrincipalKind::kUser;
  return caller;
}

bool World::may(std::string_view account, std::string_view action) {
  const auth::Caller root = caller(account);
  const api::Resource resource{"*", root.account};
  const api::Client client;
  api::ConditionKeys keys;
  return authorizer
      .authorize({.caller = root,
                  .client = client,
                  .now = site.clock.now(),
                  .request_id = "test",
                  .action = action,
                  .resource = resource},
                 keys)
      .ok();
}

void fail(const Error& error) {
  std::fprintf(stderr, "test world: %s: %s\n", std::string(error_name(error.code)).c_str(), error.message.c_str());
  std::abort();
}

}  // namespace coffer::organizations_service::testing
