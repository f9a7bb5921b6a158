#include "replication/testing/test_region.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "home/state_rows.h"
#include "store/keys.h"
#include "store/testing/temp_directory.h"

namespace coffer::replication::testing {
namespace {

[[noreturn]] void fail(const Error& error) {
  std::fprintf(stderr, "test region: %s: %s\n", std::string(error_name(error.code)).c_str(), error.message.c_str());
  std::abort();
}

template <class T>
T must(Result<T> result) {
  if (!result.ok()) fail(result.error());
  return std::move(result).value();
}

// One root key file for all regions of the process.
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

std::vector<Region> others(const World& world, const Region& self) {
  std::vector<Region> regions;
  std::ranges::copy_if(world.regions, std::back_inserter(regions), [&self](const Region& r) { return r != self; });
  return regions;
}

void move_current(secrets::Secret& secret, const VersionId& to) {
  for (secrets::Version& version : secret.versions) {
    std::erase(version.stages, "AWSPREVIOUS");
    if (std::erase(version.stages, "AWSCURRENT") > 0) version.stages.push_back("AWSPREVIOUS");
    if (version.id == to) version.stages.push_back("AWSCURRENT");
    std::ranges::sort(version.stages);
  }
}

}  // namespace

TestRegion::TestRegion(const World& world, const Region& self)
    : self(self),
      store(store::testing::FaultStore::make()),
      region_key(open_region_key(*store, self, world.random)),
      keyring({*store, *region_key, world.random, world.clock, self}),
      key_exchange(keyring),
      secrets({*store, keyring, world.random, world.clock, self}),
      lags(world.clock),
      home({*store, world.random, {self, others(world, self)}, world.regions.front()}),
      accounts({*store, *region_key, world.random, world.clock, home}),
      identity_cache(*store),
      identities(*store, identity_cache),
      principals(accounts, identity_cache, identities),
      identity_store({*store, *region_key, world.random, world.clock, identity_cache, identities, principals, home}),
      account_states({*store, *region_key, world.random}),
      identity_states({*store, *region_key, world.random}),
      kinds{&account_states, &identity_states},
      states({*store, home, kinds, world.log, world.operations}),
      applier(secrets, states, key_exchange),
      world_(world) {}

secrets::Version TestRegion::version(uint64_t generation) const {
  secrets::Version version;
  version.id = *VersionId::parse(world_.random.uuid());
  version.created = world_.clock.now();
  version.kind = secrets::ValueKind::kString;
  version.generation = generation;
  return version;
}

void TestRegion::create(const std::string& name, std::string_view value, const std::vector<Region>& replicas,
                        bool force_overwrite) {
  secrets::Change change;
  change.secret.account = kAccount;
  change.secret.name = name;
  change.secret.created = world_.clock.now();
  change.secret.primary_region = self;
  change.secret.versions.push_back(version(1));
  change.secret.versions.back().stages = {"AWSCURRENT"};
  for (const Region& region : replicas)
    change.secret.replicas.push_back({region, "", force_overwrite});
  change.values.push_back({change.secret.versions.back().id, SecretBytes::copy_of(value)});
  change.key = must(keyring.default_key(kAccount));
  must(secrets.create(std::move(change)));
}

void TestRegion::update(const std::string& name, const Edit& edit) {
  must(secrets.update(kAccount, name, [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
    secrets::Change change;
    change.secret = view.secret;
    const std::string& id = change.secret.kms_key_id;
    change.key = must(keyring.resolve(kAccount, id.empty() ? kms::kSecretsManagerAlias : id));
    edit(change);
    return std::optional(std::move(change));
  }));
}

VersionId TestRegion::put(const std::string& name, std::string_view value, std::optional<VersionId> wanted) {
  VersionId id;
  update(name, [&](secrets::Change& change) {
    secrets::Version added = version(change.secret.generation + 1);
    if (wanted) added.id = *wanted;
    id = added.id;
    change.secret.versions.push_back(std::move(added));
    move_current(change.secret, id);
    change.values.push_back({id, SecretBytes::copy_of(value)});
  });
  return id;
}

void TestRegion::describe(const std::string& name, const std::string& description) {
  update(name, [&](secrets::Change& change) { change.secret.description = description; });
}

void TestRegion::seal_with(const std::string& name, const std::string& kms_key_id) {
  update(name, [&](secrets::Change& change) { change.secret.kms_key_id = kms_key_id; });
}

void TestRegion::replicate(const std::string& name, const std::vector<Region>& regions, bool force_overwrite,
                           const std::string& kms_key_id) {
  update(name, [&](secrets::Change& change) {
    for (const Region& region : regions) {
      std::erase_if(change.secret.replicas, [&](const auto& replica) { return replica.region == region; });
      change.secret.replicas.push_back({region, kms_key_id, force_overwrite});
      change.restarted_replicas.push_back(region);
    }
  });
}

void TestRegion::unreplicate(const std::string& name, const Region& region) {
  update(name, [&](secrets::Change& change) {
    std::erase_if(change.secret.replicas, [&](const auto& replica) { return replica.region == region; });
    change.removed_replicas.push_back(region);
  });
}

void TestRegion::promote(const std::string& name) {
  update(name, [&](secrets::Change& change) {
    change.secret.role = secrets::Role::kPrimary;
    change.secret.primary_region = self;
    change.secret.replicas.clear();
    ++change.secret.lineage_epoch;
  });
}

void TestRegion::become_primary(const std::string& name, const std::vector<Region>& replicas) {
  update(name, [&](secrets::Change& change) {
    change.secret.role = secrets::Role::kPrimary;
    change.secret.primary_region = self;
    for (const Region& region : replicas)
      change.secret.replicas.push_back({region, "", false});
  });
}

secrets::SecretPointer TestRegion::find(const std::string& name) const {
  return must(secrets.find(kAccount, name));
}

std::string TestRegion::current(const std::string& name) const {
  const secrets::SecretPointer view = find(name);
  if (!view) return {};
  const SecretBytes value = must(secrets.read_value(*view, view->secret.version_with("AWSCURRENT")->id));
  return std::string(value.view(SecretAccess("test")));
}

std::string TestRegion::status(const std::string& name, const Region& replica) const {
  return std::string(find(name)->replica_status(replica).status);
}

std::string TestRegion::status_message(const std::string& name, const Region& replica) const {
  return find(name)->replica_status(replica).message;
}

std::string TestRegion::contents(const std::string& name) const {
  const secrets::SecretPointer view = find(name);
  if (!view) return "none";
  const secrets::Secret& secret = view->secret;
  std::string text = secret.name + "-" + secret.suffix + "\n" + secret.description + "\n";
  for (const secrets::Tag& tag : secret.tags)
    text += tag.key + "=" + tag.value + "\n";
  for (const secrets::Version& version : secret.versions) {
    text += version.id.text();
    for (const std::string& stage : version.stages)
      text += " " + stage;
    const SecretBytes value = must(secrets.read_value(*view, version.id));
    text += " = " + std::string(value.view(SecretAccess("test"))) + "\n";
  }
  return text;
}

std::string TestRegion::identities_of(const AccountId& account) const {
  std::string text;
  for (const home::StateKind* kind : kinds) {
    const home::StateId id{std::string(kind->word()), account, {}};
    const std::string prefix = kind->prefix(id);
    for (const store::Row& row : must(home::rows_in_force(prefix, must(store->scan(home::state_range(prefix)))))) {
      const home::StateRow shown = must(kind->leaving(id, home::row_name(prefix, row.key), row.value));
      text += row.key + "=" + *shown.value;
      for (const SecretBytes& secret : shown.secrets)
        text += " secret " + std::string(secret.view(SecretAccess("test")));
      text += "\n";
      for (const home::Attendant& attendant : must(kind->attendants(id, shown.name, row.value))) {
        // Last uses are each region's own.
        if (attendant.key.starts_with("al")) continue;
        text += " " + attendant.key + (must(store->get(attendant.key)) ? " is there" : " is missing") + "\n";
      }
    }
  }
  return text;
}

size_t TestRegion::marks(const Region& destination) const {
  return must(store->scan(store::ScanRange::prefix(store::OutboxKey::prefix(destination)))).size();
}

}  // namespace coffer::replication::testing
