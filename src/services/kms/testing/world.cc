#include "services/kms/testing/world.h"

#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "access/explanation_store.h"
#include "access/policy_authorizer.h"
#include "base/time_text.h"
#include "iam/attachments.h"
#include "iam/identities.h"
#include "iam/identity_cache.h"
#include "iam/principals.h"
#include "iam/roles.h"
#include "iam/users.h"
#include "kms/key_exchange.h"
#include "seal/region_key.h"
#include "seal/root_key.h"
#include "store/keys.h"
#include "store/memory_store.h"
#include "store/testing/temp_directory.h"
#include "wire/json.h"

namespace coffer::kms_service::testing {
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

std::unique_ptr<seal::RegionKey> open_region_key(store::Store& store, const Region& region, Random& random) {
  const seal::SealOptions options{
      .root_key = [](const crypto::ScryptParameters&) { return seal::RootKey::from_file(root_key_file()); },
      .region = region.text()};
  return std::make_unique<seal::RegionKey>(must(seal::RegionKey::open(store, options, random)));
}

RegionList deployment(const Region& self) {
  std::vector<Region> others;
  for (const char* name : {"us-east-1", "us-west-2", "eu-west-1"})
    others.push_back(*Region::parse(name));
  std::erase(others, self);
  return {self, std::move(others)};
}

AccountId account_id(std::string_view account) {
  return *AccountId::parse(account);
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
  Node(Random& random, const Clock& clock, const Region& self)
      : store(store::make_memory_store()),
        region_key(open_region_key(*store, self, random)),
        keyring({*store, *region_key, random, clock, self}),
        exchange(keyring),
        home({*store, random, {self}, self}),
        accounts({*store, *region_key, random, clock, home}),
        identity_cache(*store),
        identities(*store, identity_cache),
        principals(accounts, identity_cache, identities),
        identity_store({*store, *region_key, random, clock, identity_cache, identities, principals, home}),
        log(clock, ::open("/dev/null", O_WRONLY | O_CLOEXEC), LogLevel::kError),
        explanations(log, 1 << 20),
        organizations(*store),
        authorizer({identity_cache, organizations, explanations, self}),
        grants({keyring, {principals, identities}}),
        rotator(keyring),
        rooms{keyring, grants, {principals, identities}, random, self, deployment(self)},
        service(make_service(rooms)) {
    for (const char* id : {"123456789012", "210987654321"})
      must(accounts.create(std::string("account ") + id, account_id(id)));
  }

  void deliver(const store::Row& mark, const store::OutboxKey& key, Node& to, const Region& self) {
    const kms::KeyMessage message = must(exchange.message_for({key.account, key.name}, key.destination));
    std::string complaint;
    if (const auto* shared = std::get_if<kms::SharedKey>(&message)) {
      complaint = must(exchange.settle(*shared, key.destination, must(to.exchange.apply(*shared))));
    } else if (const auto* report = std::get_if<kms::ReplicaReport>(&message)) {
      complaint = must(exchange.settle(*report, key.destination, must(to.exchange.apply(self, *report))));
    }
    if (!complaint.empty()) return;
    const auto cleared =
        store->commit({.preconditions = {{mark.key, mark.revision}}, .puts = {}, .deletes = {mark.key}});
    if (!cleared.ok() && cleared.error().code != ErrorCode::kConflict) fail(cleared.error());
  }

  std::unique_ptr<store::Store> store;
  std::unique_ptr<seal::RegionKey> region_key;
  kms::Keyring keyring;
  kms::KeyExchange exchange;
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
  kms::Grants grants;
  kms::Rotator rotator;
  Rooms rooms;
  api::Service service;
};

World::World() : clock(*parse_iso_basic("20261124T103000Z")) {
  node(kHome);
}
World::~World() = default;

World::Node& World::node(std::string_view region) {
  auto found = nodes_.find(region);
  if (found == nodes_.end()) {
    found = nodes_.emplace(region, std::make_unique<Node>(random_, clock, *Region::parse(region))).first;
  }
  return *found->second;
}

const api::Service& World::service() {
  return node(kHome).service;
}
kms::Keyring& World::keyring(std::string_view region) {
  return node(region).keyring;
}
kms::Rotator& World::rotator(std::string_view region) {
  return node(region).rotator;
}
store::Store& World::store(std::string_view region) {
  return *node(region).store;
}

void World::exchange_keys() {
  for (int round = 0; round < 20; ++round) {
    for (const auto& [name, from] : nodes_) {
      for (const store::Row& mark : must(from->store->scan(store::ScanRange::prefix("o")))) {
        const auto key = store::OutboxKey::parse(mark.key);
        if (key && key->kind == kms::kOutboxKind) {
          from->deliver(mark, *key, node(key->destination.text()), *Region::parse(name));
        }
      }
    }
  }
}

Answer World::call(std::string_view region, const auth::Caller& caller, std::string_view operation,
                   std::string_view input) {
  Node& self = node(region);
  const auto& operations = self.service.operations;
  const auto card = std::ranges::find(operations, operation, &api::Operation::name);
  if (card == operations.end()) fail({ErrorCode::kUnknownOperation, std::string(operation)});
  wire::Document document;
  SecretBuffer output;
  wire::JsonEncoder encoder(output);
  const WatchedAuthorizer watched(*this, self.authorizer);
  const api::Invocation invocation{.caller = caller, .now = clock.now(), .request_id = "test", .authorizer = watched};
  Result<void> result = wire::parse_json(input, {}, document);
  if (result.ok()) result = card->run(invocation, self.service.rooms, document.root(), encoder);
  if (result.ok()) return {.status = 200, .error = "", .message = "", .output = std::string(output.view())};
  const Error& error = result.error();
  return {.status = http_status(error.code),
          .error = std::string(error_name(error.code)),
          .message = error.message,
          .output = ""};
}

void World::make_user(std::string_view account, const std::string& name, const std::string& policy) {
  const AccountId owner = account_id(account);
  for (auto& [region, node] : nodes_) {
    ids_[std::string(account) + ":user/" + name] =
        must(iam::create_user(node->identity_store, owner, {.name = name})).unique_id;
    if (policy.empty()) continue;
    must(iam::put_inline_policy(node->identity_store, {owner, iam::EntityKind::kUser, name},
                                {.name = "inline", .text = policy}));
  }
}

void World::delete_user(std::string_view account, const std::string& name) {
  for (auto& [region, node] : nodes_)
    must(iam::delete_user(node->identity_store, {account_id(account), iam::EntityKind::kUser, name}));
}

void World::make_role(std::string_view account, const std::string& name, const std::string& policy) {
  const AccountId owner = account_id(account);
  for (auto& [region, node] : nodes_) {
    const iam::NewRole role{.name = name,
                            .trust_policy = R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
                                "Principal": {"AWS": ")" +
                                            owner.text() + R"("}, "Action": "sts:AssumeRole"}})"};
    ids_[std::string(account) + ":role/" + name] = must(iam::create_role(node->identity_store, owner, role)).unique_id;
    if (policy.empty()) continue;
    must(iam::put_inline_policy(node->identity_store, {owner, iam::EntityKind::kRole, name},
                                {.name = "inline", .text = policy}));
  }
}

auth::Caller World::caller(std::string_view account, std::string_view who) {
  auth::Caller caller{.account = account_id(account),
                      .kind = auth::PrincipalKind::kRoot,
                      .arn = "arn:aws:iam::" + std::string(account) + ":" + std::string(who),
                      .access_key = {},
                      .user_id = std::string(account)};
  if (who == "root") return caller;
  const auto found = ids_.find(std::string(account) + ":" + std::string(who));
  caller.user_id = found == ids_.end() ? "AIDANOBODYNOBODYNOBOD" : found->second;
  caller.kind = auth::PrincipalKind::kUser;
  if (who.starts_with("user/")) return caller;
  caller.kind = auth::PrincipalKind::kRoleSession;
  caller.arn = "arn:aws:sts::" + std::string(account) + ":assumed-role/" + std::string(who.substr(5)) + "/session";
  caller.user_id += ":session";
  return caller;
}

void fail(const Error& error) {
  std::fprintf(stderr, "test world: %s: %s\n", std::string(error_name(error.code)).c_str(), error.message.c_str());
  std::abort();
}

}  // namespace coffer::kms_service::testing
