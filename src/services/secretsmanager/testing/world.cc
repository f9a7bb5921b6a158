#include "services/secretsmanager/testing/world.h"

#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "access/explanation_store.h"
#include "access/policy_authorizer.h"
#include "base/time_text.h"
#include "iam/identities.h"
#include "iam/identity_cache.h"
#include "iam/principals.h"
#include "seal/region_key.h"
#include "seal/root_key.h"
#include "services/secretsmanager/cross_account_permission.h"
#include "store/memory_store.h"
#include "store/testing/temp_directory.h"
#include "wire/json.h"

namespace coffer::secretsmanager::testing {
namespace {

const std::string& root_key_file() {
  static const store::testing::TempDirectory directory;
  static const std::string path = [] {
    SeededRandom random(1);
    must(seal::RootKey::generate_file(directory / "root.key", random));
    return directory / "root.key";
  }();
  return path;
}

RegionList deployment(const Region& self) {
  std::vector<Region> others;
  for (const char* name : {"us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1", "ap-southeast-2"})
    others.push_back(*Region::parse(name));
  std::erase(others, self);
  return {self, std::move(others)};
}

std::unique_ptr<seal::RegionKey> open_region_key(store::Store& store, const Region& region, Random& random) {
  const seal::SealOptions options{
      .root_key = [](const crypto::ScryptParameters&) { return seal::RootKey::from_file(root_key_file()); },
      .region = region.text()};
  return std::make_unique<seal::RegionKey>(must(seal::RegionKey::open(store, options, random)));
}

}  // namespace

class World::WatchedAuthorizer final : public api::Authorizer {
 public:
  WatchedAuthorizer(const World& world, const api::Authorizer& decides) : world_(world), decides_(decides) {}

  Result<void> authorize(const api::AccessQuestion& question, api::ConditionKeys& keys) const override {
    if (world_.at_decision) world_.at_decision(question, keys);
    return decides_.authorize(question, keys);
  }

 private:
  const World& world_;
  const api::Authorizer& decides_;
};

struct World::Node {
  Node(World& world, const Region& self)
      : store(world.make_store()),
        region_key(open_region_key(*store, self, world.random)),
        keyring({*store, *region_key, world.random, world.clock, self}),
        secrets({*store, keyring, world.random, world.clock, self, 200'000, world.max_secrets}),
        home({*store, world.random, {self}, self}),
        accounts({*store, *region_key, world.random, world.clock, home}),
        identity_cache(*store),
        identities(*store, identity_cache),
        principals(accounts, identity_cache, identities),
        identity_store({*store, *region_key, world.random, world.clock, identity_cache, identities, principals, home}),
        log(world.clock, ::open("/dev/null", O_WRONLY | O_CLOEXEC), LogLevel::kError),
        explanations(log, 1 << 20),
        organizations(*store),
        authorizer({identity_cache, organizations, explanations, self}),
        lags(world.clock),
        grants({keyring, {principals, identities}}),
        cross_account({authorizer, identity_cache, organizations, keyring, grants, world.clock, self}),
        rooms{secrets,      lags, keyring,          grants, principals,    identities,
              world.random, self, deployment(self), 4,      &cross_account},
        service(make_service(rooms)) {
    for (const char* id : {"123456789012", "210987654321", "345678901234"})
      must(accounts.create(std::string("account ") + id, *AccountId::parse(id)));
  }

  std::unique_ptr<store::Store> store;
  std::unique_ptr<seal::RegionKey> region_key;
  kms::Keyring keyring;
  secrets::SecretStore secrets;
  home::HomeRegion home;
  iam::AccountStore accounts;
  iam::IdentityCache identity_cache;
  iam::Identities identities;
  iam::Principals principals;
  iam::IdentityStore identity_store;
  Log log;
  access::ExplanationStore explanations;
  organizations::OrganizationCache organizations;
  access::PolicyAuthorizer authorizer;
  secrets::ReplicaLags lags;
  kms::Grants grants;
  CrossAccountPermission cross_account;
  Rooms rooms;
  api::Service service;
};

World::World(Random& random)
    : random(random), clock(*parse_iso_basic("20261124T103000Z")), make_store(store::make_memory_store) {}
World::~World() = default;

World::Node& World::node(std::string_view region) {
  auto found = nodes_.find(region);
  if (found == nodes_.end()) {
    found = nodes_.emplace(region, std::make_unique<Node>(*this, *Region::parse(region))).first;
  }
  return *found->second;
}

const api::Service& World::service(std::string_view region) {
  return node(region).service;
}

secrets::SecretStore& World::secrets(std::string_view region) {
  return node(region).secrets;
}

const api::Authorizer& World::authorizer(std::string_view region) {
  return node(region).authorizer;
}

iam::IdentityStore& World::identities(std::string_view region) {
  return node(region).identity_store;
}

std::vector<access::ExplanationPointer> World::denials(std::string_view region) {
  return node(region).explanations.find("test");
}

secrets::ReplicaLags& World::lags(std::string_view region) {
  return node(region).lags;
}

kms::Grants& World::grants(std::string_view region) {
  return node(region).grants;
}
const Rooms& World::rooms(std::string_view region) {
  return node(region).rooms;
}

store::Store& World::store(std::string_view region) {
  return *node(region).store;
}

secrets::CrossAccountOutcome World::copy_across(const AccountId& account, const std::string& name,
                                                std::string_view region) {
  Node& self = node(region);
  return must(self.secrets.copy_across(account, name, self.cross_account));
}

Answer World::call(std::string_view region, const auth::Caller& caller, std::string_view operation,
                   std::string_view input, const api::FreshnessDemand& freshness) {
  Node& self = node(region);
  const auto& operations = self.service.operations;
  const auto card = std::ranges::find(operations, operation, &api::Operation::name);
  if (card == operations.end()) fail({ErrorCode::kUnknownOperation, std::string(operation)});
  wire::Document document;
  SecretBuffer output;
  wire::JsonEncoder encoder(output);
  const WatchedAuthorizer watched(*this, self.authorizer);
  std::optional<api::CopyLag> lag;
  const api::Invocation invocation{.caller = caller,
                                   .now = clock.now(),
                                   .request_id = "test",
                                   .authorizer = watched,
                                   .begun = clock.stopwatch(),
                                   .freshness = freshness,
                                   .lag = &lag};
  Result<void> result = wire::parse_json(input, {}, document);
  if (result.ok()) result = card->run(invocation, self.service.rooms, document.root(), encoder);
  if (result.ok()) return {.status = 200, .error = "", .message = "", .output = std::string(output.view()), .lag = lag};
  const Error& error = result.error();
  return {.status = http_status(error.code),
          .error = std::string(error_name(error.code)),
          .message = error.message,
          .output = "",
          .lag = lag};
}

Replicated World::replicate(const AccountId& account, const std::string& name, std::string_view from,
                            std::string_view to) {
  const Region destination = *Region::parse(to);
  auto state = must(secrets(from).export_state(account, name, destination, secrets::ValuesToSend::kAll));
  if (!state) fail({ErrorCode::kNotFound, "no state of " + name});
  secrets::ProgressReport report{.account = account,
                                 .name = name,
                                 .suffix = state->suffix,
                                 .region = destination,
                                 .progress = {},
                                 .mark_to_clear = std::nullopt};
  const uint64_t generation = state->generation;
  const std::string suffix = state->suffix;
  const secrets::ApplyOutcome outcome = must(secrets(to).apply_state(std::move(*state)));
  const bool arrived =
      outcome.verdict == secrets::ApplyVerdict::kApplied || outcome.verdict == secrets::ApplyVerdict::kAlreadyNewer;
  report.progress.acknowledged_generation = arrived ? generation : 0;
  report.progress.failed = !arrived;
  report.progress.message = outcome.message;
  report.progress.last_attempt = clock.now();
  must(secrets(from).record_progress(report));
  if (outcome.accessed) {
    const secrets::CopyAccess access{account, name, suffix, *outcome.accessed};
    secrets(from).note_copy_accesses(destination, std::span(&access, 1));
  }
  return {outcome.verdict, outcome.message};
}

auth::Caller root_of(std::string_view account) {
  return {.account = *AccountId::parse(account),
          .kind = auth::PrincipalKind::kRoot,
          .arn = "arn:aws:iam::" + std::string(account) + ":root",
          .access_key = {},
          .user_id = std::string(account)};
}

auth::Caller user_of(std::string_view account) {
  return {.account = *AccountId::parse(account),
          .kind = auth::PrincipalKind::kUser,
          .arn = "arn:aws:iam::" + std::string(account) + ":user/alice",
          .access_key = {},
          .user_id = "AIDAALICEALICEALICEAL"};
}

void fail(const Error& error) {
  std::fprintf(stderr, "test world: %s: %s\n", std::string(error_name(error.code)).c_str(), error.message.c_str());
  std::abort();
}

}  // namespace coffer::secretsmanager::testing
