// A store of secrets in memory with real keys, for tests, and short words for what they do with it. Time is the test's.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_text.h"
#include "crypto/system_random.h"
#include "seal/root_key.h"
#include "secrets/secret_rows.h"
#include "secrets/secret_store.h"
#include "store/keys.h"
#include "store/testing/fault_store.h"
#include "store/testing/temp_directory.h"

namespace coffer::secrets::testing {

inline constexpr SecretAccess kTest("tests look at what they made");
inline const AccountId kAccount = *AccountId::parse("123456789012");
inline const AccountId kOther = *AccountId::parse("210987654321");
inline const Region kEast = *Region::parse("us-east-1");
inline const Region kWest = *Region::parse("us-west-2");
inline const Region kEurope = *Region::parse("eu-west-1");

inline const std::string& root_key_file() {
  static const store::testing::TempDirectory directory;
  static const std::string path = [] {
    SeededRandom random(1);
    if (!seal::RootKey::generate_file(directory / "root.key", random).ok()) std::abort();
    return directory / "root.key";
  }();
  return path;
}

inline VersionId version_id(int number) {
  return *VersionId::parse("version-0000000000000000000000-" + std::to_string(1000 + number));
}

class SecretStoreTest : public ::testing::Test {
 protected:
  static seal::RegionKey open_region_key(store::Store& store, Random& random) {
    return std::move(*seal::RegionKey::open(
        store,
        {.root_key = [](const crypto::ScryptParameters&) { return seal::RootKey::from_file(root_key_file()); },
         .region = "us-east-1"},
        random));
  }

  Change new_secret(const std::string& name, std::string_view value, const std::vector<Region>& replicas = {}) {
    Change change;
    change.secret.account = kAccount;
    change.secret.name = name;
    change.secret.versions.push_back({version_id(0), {"AWSCURRENT"}, {}, ValueKind::kString, 0});
    for (const Region& region : replicas)
      change.secret.replicas.push_back({region, "", false});
    change.values.push_back({version_id(0), SecretBytes::copy_of(value)});
    change.key = *keyring_.default_key(kAccount);
    return change;
  }

  // With the key that the secret names, which is whoever changes it to find.
  Change sealed(Change change) {
    const std::string& id = change.secret.kms_key_id;
    const std::string_view meant = id.empty() ? kms::kSecretsManagerAlias : std::string_view(id);
    change.key = *keyring_.resolve(change.secret.account, meant);
    return change;
  }

  SecretPointer create(const std::string& name, std::string_view value = "v",
                       const std::vector<Region>& replicas = {}) {
    auto made = secrets_.create(new_secret(name, value, replicas));
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return *made;
  }

  Result<SecretPointer> edit(const std::string& name, const std::function<void(Change&)>& change_it) {
    return secrets_.update(kAccount, name, [&](const SecretView& view) -> Result<std::optional<Change>> {
      Change change;
      change.secret = view.secret;
      change_it(change);
      return std::optional(sealed(std::move(change)));
    });
  }

  Result<SecretPointer> put(const std::string& name, int number, std::string_view value) {
    return edit(name, [&](Change& change) {
      for (Version& version : change.secret.versions)
        version.stages.clear();
      change.secret.versions.push_back({version_id(number), {"AWSCURRENT"}, {}, ValueKind::kString, 0});
      change.values.push_back({version_id(number), SecretBytes::copy_of(value)});
    });
  }

  Result<SecretPointer> erase(const std::string& name) {
    return secrets_.erase(kAccount, name, [](const SecretView&) { return Result<void>(); });
  }

  SecretPointer find(const std::string& name) { return *secrets_.find(kAccount, name); }

  std::string value(const SecretPointer& view, const VersionId& version) {
    const auto read = secrets_.read_value(*view, version);
    return read.ok() ? std::string(read->view(kTest)) : std::string(error_name(read.error().code));
  }

  size_t rows() { return store_->scan({"\x01", "", 100'000})->size(); }

  std::optional<store::OutboxMark> mark(const Region& region, const std::string& name) {
    const auto row = store_->get(store::OutboxKey{region, "secret", kAccount, name}.text());
    return *row ? store::OutboxMark::parse((*row)->value) : std::nullopt;
  }

  ReplicaState state_from(const Region& primary, const std::string& suffix, uint64_t epoch, uint64_t generation) {
    ReplicaState state{.account = kAccount,
                       .name = "copy",
                       .suffix = suffix,
                       .primary_region = primary,
                       .lineage_epoch = epoch,
                       .generation = generation,
                       .state_id = generation,
                       .versions = {}};
    state.versions.push_back({{version_id(1), {"AWSCURRENT"}, clock_.now(), ValueKind::kString, 1},
                              SecretBytes::copy_of(suffix + std::to_string(generation))});
    return state;
  }

  ApplyVerdict apply(ReplicaState state) { return secrets_.apply_state(std::move(state))->verdict; }

  crypto::SystemRandom random_;
  ManualClock clock_{*parse_iso_basic("20261124T103000Z")};
  std::unique_ptr<store::testing::FaultStore> store_ = store::testing::FaultStore::make();
  seal::RegionKey region_key_ = open_region_key(*store_, random_);
  kms::Keyring keyring_{{*store_, region_key_, random_, clock_, kEast}};
  SecretStore secrets_{{*store_, keyring_, random_, clock_, kEast}};
};

}  // namespace coffer::secrets::testing
