#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "crypto/system_random.h"
#include "seal/region_key.h"
#include "seal/root_key.h"
#include "store/memory_store.h"
#include "store/testing/temp_directory.h"

namespace coffer::seal {
namespace {

constexpr SecretAccess kTest("tests look at what they made");

struct Fixture {
  crypto::SystemRandom random;
  std::unique_ptr<store::Store> store = store::make_memory_store();
  store::testing::TempDirectory directory;
  std::string path = directory.path() + "/root.key";

  SealOptions with_file(const std::string& file) const {
    return {.root_key = [file](const crypto::ScryptParameters&) { return RootKey::from_file(file); },
            .region = "us-east-1"};
  }
};

TEST(RootKey, AGeneratedFileIsPrivateAndReadsBack) {
  Fixture f;
  const auto made = RootKey::generate_file(f.path, f.random);
  ASSERT_TRUE(made.ok());
  struct stat status;
  ASSERT_EQ(stat(f.path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_TRUE(RootKey::from_file(f.path)->key().equals(made->key()));
  // An existing key is never overwritten: that would lose everything sealed with it.
  EXPECT_FALSE(RootKey::generate_file(f.path, f.random).ok());
}

TEST(RootKey, AFileThatOthersMayReadIsRefusedWithTheCommandThatMendsIt) {
  Fixture f;
  ASSERT_TRUE(RootKey::generate_file(f.path, f.random).ok());
  for (const mode_t mode : {0640, 0604, 0660, 0620}) {
    chmod(f.path.c_str(), mode);
    const auto refused = RootKey::from_file(f.path);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kPermission);
    EXPECT_NE(refused.error().message.find("chmod 600 " + f.path), std::string::npos);
  }
}

TEST(RootKey, WhatIsNoKeyIsRefused) {
  Fixture f;
  EXPECT_EQ(RootKey::from_file(f.path).error().code, ErrorCode::kNotFound);
  for (const std::string& text : {std::string(), std::string(63, 'a'), std::string(64, 'g'), std::string(65, 'a'),
                                  std::string(64, 'a') + "\n\n"}) {
    std::ofstream(f.path, std::ios::trunc) << text;
    chmod(f.path.c_str(), 0600);
    EXPECT_EQ(RootKey::from_file(f.path).error().code, ErrorCode::kCorrupt) << text.size();
  }
  const std::string link = f.directory.path() + "/link";
  ASSERT_EQ(symlink(f.path.c_str(), link.c_str()), 0);
  EXPECT_EQ(RootKey::from_file(link).error().code, ErrorCode::kPermission);
}

TEST(RegionKey, TheSameRootKeyOpensWhatItSealed) {
  Fixture f;
  ASSERT_TRUE(RootKey::generate_file(f.path, f.random).ok());
  const auto first = RegionKey::open(*f.store, f.with_file(f.path), f.random);
  ASSERT_TRUE(first.ok());
  const std::string wrapped = first->wrap(SecretBytes::copy_of("material"), "row", f.random);
  const auto again = RegionKey::open(*f.store, f.with_file(f.path), f.random);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->unwrap(wrapped, "row")->view(kTest), "material");
  EXPECT_EQ(again->unwrap(wrapped, "another row").error().code, ErrorCode::kCorrupt);
}

TEST(RegionKey, AWrongRootKeyOpensNothingAndSaysSo) {
  Fixture f;
  ASSERT_TRUE(RootKey::generate_file(f.path, f.random).ok());
  ASSERT_TRUE(RegionKey::open(*f.store, f.with_file(f.path), f.random).ok());
  const std::string other = f.directory.path() + "/other.key";
  ASSERT_TRUE(RootKey::generate_file(other, f.random).ok());
  const auto refused = RegionKey::open(*f.store, f.with_file(other), f.random);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kSealed);
  EXPECT_NE(refused.error().message.find("root key"), std::string::npos);
}

// Copying a region's directory to another region must not silently work: its ARNs would lie.
TEST(RegionKey, AStoreOfAnotherRegionOrAnotherKindOfSealIsRefused) {
  Fixture f;
  ASSERT_TRUE(RootKey::generate_file(f.path, f.random).ok());
  ASSERT_TRUE(RegionKey::open(*f.store, f.with_file(f.path), f.random).ok());
  SealOptions elsewhere = f.with_file(f.path);
  elsewhere.region = "eu-west-1";
  EXPECT_EQ(RegionKey::open(*f.store, elsewhere, f.random).error().code, ErrorCode::kUsage);
  SealOptions passphrase = f.with_file(f.path);
  passphrase.from_passphrase = true;
  EXPECT_EQ(RegionKey::open(*f.store, passphrase, f.random).error().code, ErrorCode::kUsage);
}

TEST(RegionKey, AStoreWithRowsButNoSealIsNotSealedAnew) {
  Fixture f;
  ASSERT_TRUE(RootKey::generate_file(f.path, f.random).ok());
  store::Transaction transaction;
  transaction.puts = {{"s", "a row"}};
  ASSERT_TRUE(f.store->commit(std::move(transaction)).ok());
  EXPECT_EQ(RegionKey::open(*f.store, f.with_file(f.path), f.random).error().code, ErrorCode::kCorrupt);
}

TEST(RegionKey, APassphraseOpensWithTheStoredParameters) {
  Fixture f;
  const auto with = [](std::string_view text) {
    return SealOptions{.root_key =
                           [text](const crypto::ScryptParameters& stored) {
                             crypto::ScryptParameters cheap = stored;  // tests need no hardness
                             cheap.n = 1024;
                             return RootKey::from_passphrase(SecretBytes::copy_of(text), cheap);
                           },
                       .region = "us-east-1",
                       .from_passphrase = true};
  };
  ASSERT_TRUE(RegionKey::open(*f.store, with("correct horse battery"), f.random).ok());
  EXPECT_TRUE(RegionKey::open(*f.store, with("correct horse battery"), f.random).ok());
  EXPECT_EQ(RegionKey::open(*f.store, with("wrong horse battery!"), f.random).error().code, ErrorCode::kSealed);
  EXPECT_EQ(RegionKey::open(*f.store, with("short"), f.random).error().code, ErrorCode::kUsage);
}

// A damaged seal row must never be mistaken for a fresh store or a wrong key that could be "mended" by a new one.
TEST(RegionKey, EveryTruncationOfTheSealIsRefused) {
  Fixture f;
  ASSERT_TRUE(RootKey::generate_file(f.path, f.random).ok());
  ASSERT_TRUE(RegionKey::open(*f.store, f.with_file(f.path), f.random).ok());
  const store::Row row = f.store->scan({.begin = "", .end = "", .limit = 1})->at(0);
  for (size_t size = 0; size < row.value.size(); ++size) {
    store::Transaction transaction;
    transaction.puts = {{row.key, row.value.substr(0, size)}};
    ASSERT_TRUE(f.store->commit(std::move(transaction)).ok());
    EXPECT_FALSE(RegionKey::open(*f.store, f.with_file(f.path), f.random).ok()) << size;
  }
}

}  // namespace
}  // namespace coffer::seal
