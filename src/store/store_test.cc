#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "store/keys.h"
#include "store/memory_store.h"
#include "store/rocksdb_store.h"
#include "store/testing/fault_store.h"
#include "store/testing/store_contract.h"
#include "store/testing/temp_directory.h"

namespace coffer::store::testing {
namespace {

using std::string_literals::operator""s;

const SystemClock kClock;
const Log kLog(kClock, STDERR_FILENO, LogLevel::kError);

StoreFactory memory_factory() {
  return {"Memory", [] { return make_memory_store(); }, nullptr};
}

StoreFactory fault_factory() {
  return {"Fault", [] { return FaultStore::make(); },
          [](std::unique_ptr<Store> store) {
            static_cast<FaultStore&>(*store).crash();
            return store;
          }};
}

StoreFactory rocksdb_factory() {
  auto directory = std::make_shared<std::unique_ptr<TempDirectory>>();
  const auto open = [directory] {
    auto store = open_rocksdb_store({.directory = **directory / "store"}, kLog);
    EXPECT_TRUE(store.ok()) << store.error().message;
    return std::move(store).value();
  };
  return {"Rocksdb",
          [directory, open] {
            *directory = std::make_unique<TempDirectory>();
            return open();
          },
          [open](std::unique_ptr<Store> store) {
            store.reset();
            return open();
          }};
}

INSTANTIATE_TEST_SUITE_P(All, StoreContract, ::testing::Values(memory_factory(), fault_factory(), rocksdb_factory()),
                         [](const auto& info) { return info.param.name; });

// Keys are built in one room and taken apart in another.
TEST(Keys, PartsComeBackAsTheyWentIn) {
  const std::string key = make_key("s", {"123456789012", "name/with slash", "m"});
  EXPECT_EQ(key, "s\000123456789012\0name/with slash\0m"s);
  EXPECT_EQ(key_parts("s", key), (std::vector<std::string_view>{"123456789012", "name/with slash", "m"}));
  EXPECT_EQ(key_parts("s", "s\0\0x\0"s), (std::vector<std::string_view>{"", "x", ""}));
  EXPECT_EQ(make_key("seal", {}), "seal");
}

// "s" is the beginning of "seal": a family must not swallow another.
TEST(Keys, AnotherFamilyHasNoParts) {
  EXPECT_TRUE(key_parts("s", "seal").empty());
  EXPECT_TRUE(key_parts("seal", "s\0x"s).empty());
  EXPECT_TRUE(key_parts("s", "s").empty());
  EXPECT_TRUE(key_parts("s", "").empty());
}

// A mark that could not be read back would never be sent.
// Indexes by time are scanned in byte order.
TEST(Keys, TimesSortAsTheirTextDoes) {
  EXPECT_EQ(time_part(Time(Duration(0x19b7ca98f2e))), "0000019b7ca98f2e");
  EXPECT_EQ(time_part(Time(Duration(-1))), time_part(Time()));
  EXPECT_LT(time_part(Time(Duration(0xf))), time_part(Time(Duration(0x10))));
  EXPECT_EQ(parse_time_part("0000019b7ca98f2e"), Time(Duration(0x19b7ca98f2e)));
  for (const std::string_view bad : {"", "0000019b7ca98f2", "0000019b7ca98f2e0", "0000019B7CA98F2E", "-000019b7ca98f2e",
                                     "000x019b7ca98f2e", "ffffffffffffffff"})
    EXPECT_FALSE(parse_time_part(bad)) << bad;
}

TEST(OutboxKey, ParsesWhatItWroteAndNothingElse) {
  const Region destination = *Region::parse("us-west-2");
  const AccountId account = *AccountId::parse("123456789012");
  for (const OutboxKey& key :
       {OutboxKey{destination, "secret", account, "db/password"}, OutboxKey{destination, "account", account, ""},
        OutboxKey{destination, "session_keys", {}, ""}, OutboxKey{destination, "organization", {}, "o-abcdefghij"}}) {
    EXPECT_TRUE(key.text().starts_with(OutboxKey::prefix(destination)));
    const auto parsed = OutboxKey::parse(key.text());
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->destination, destination);
    EXPECT_EQ(parsed->kind, key.kind);
    EXPECT_EQ(parsed->account, key.account);
    EXPECT_EQ(parsed->name, key.name);
  }
  const OutboxKey key{destination, "secret", account, "x"};
  EXPECT_FALSE(key.text().starts_with(OutboxKey::prefix(*Region::parse("us-west-21"))));
  for (const std::string& bad :
       {""s, "o"s, "o\0us-west-2\0secret\000123456789012"s, "o\0us-west-2\0secret\000123456789012\0"s,
        "o\0us-west-2\0secret\0\0x"s, "o\0us-west-2\0\000123456789012\0x"s, "o\0us-west-2\0Other\0\0x"s,
        "o\0US\0secret\000123456789012\0x"s, "o\0us-west-2\0secret\00012\0x"s,
        "o\0us-west-2\0secret\000123456789012\0x\0y"s, "s\0us-west-2\0secret\000123456789012\0x"s}) {
    EXPECT_FALSE(OutboxKey::parse(bad).has_value()) << bad;
  }
}

// The encoding is on disk: these bytes must never change their meaning.
TEST(OutboxMark, EncodesToTheDocumentedBytes) {
  const OutboxMark mark{OutboxMark::Action::kRemove, 0x0102030405060708, 9, "AbCdEf"};
  const std::string bytes = "\x01\x02\x08\x07\x06\x05\x04\x03\x02\x01\x09\0\0\0\0\0\0\0AbCdEf"s;
  EXPECT_EQ(mark.encode(), bytes);
  const auto parsed = OutboxMark::parse(bytes);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->action, OutboxMark::Action::kRemove);
  EXPECT_EQ(parsed->generation, mark.generation);
  EXPECT_EQ(parsed->lineage_epoch, 9u);
  EXPECT_EQ(parsed->suffix, "AbCdEf");
  EXPECT_EQ(OutboxMark::parse(OutboxMark{}.encode())->action, OutboxMark::Action::kUpdate);
}

// Damaged marks are reported, not guessed at.
TEST(OutboxMark, RefusesOtherBytes) {
  const std::string good = OutboxMark{OutboxMark::Action::kUpdate, 1, 0, ""}.encode();
  EXPECT_FALSE(OutboxMark::parse("").has_value());
  EXPECT_FALSE(OutboxMark::parse(std::string_view(good).substr(0, good.size() - 1)).has_value());
  for (const auto& [position, byte] : {std::pair<size_t, char>{0, 2}, {1, 0}, {1, 3}}) {
    std::string bad = good;
    bad[position] = byte;
    EXPECT_FALSE(OutboxMark::parse(bad).has_value());
  }
}

Transaction put(std::string key) {
  return {{}, {{std::move(key), "value"}}, {}};
}

// The fake must fail as the real store does: nobody sees the rows, and nothing works again before a restart.
TEST(FaultStore, AfterAFailedSyncEveryCommitFailsUntilTheCrash) {
  const auto store = FaultStore::make();
  ASSERT_TRUE(store->commit(put("kept")).ok());
  store->fail_syncs(1);
  EXPECT_EQ(store->commit({{{"kept", 0}}, {{"kept", "x"}}, {}}).error().code, ErrorCode::kConflict);
  EXPECT_TRUE(store->can_commit());
  EXPECT_EQ(store->commit(put("lost")).error().code, ErrorCode::kIo);
  EXPECT_FALSE(store->can_commit());
  EXPECT_EQ(store->commit(put("later")).error().code, ErrorCode::kIo);
  EXPECT_FALSE((*store->get("lost")).has_value());
  EXPECT_TRUE((*store->get("kept")).has_value());
  store->crash();
  EXPECT_TRUE(store->can_commit());
  EXPECT_FALSE((*store->get("lost")).has_value());
  EXPECT_EQ(*store->commit(put("after")), 2u);
}

// Read failures are for testing that a 5xx is answered, not "no such secret".
TEST(FaultStore, ReadsFailWhileToldTo) {
  const auto store = FaultStore::make();
  store->fail_reads(true);
  EXPECT_EQ(store->get("a").error().code, ErrorCode::kIo);
  EXPECT_EQ(store->scan({}).error().code, ErrorCode::kIo);
  EXPECT_EQ(store->changes(0, 1).error().code, ErrorCode::kIo);
  store->fail_reads(false);
  EXPECT_TRUE(store->get("a").ok());
}

// A commit that is not durable yet must not survive the crash, and must not hang either.
TEST(FaultStore, ACrashEndsCommitsThatWait) {
  const auto store = FaultStore::make();
  store->delay_commits(std::chrono::hours(1));
  std::atomic<bool> done{false};
  std::thread committer([&] {
    EXPECT_EQ(store->commit(put("lost")).error().code, ErrorCode::kIo);
    done = true;
  });
  while (!done)
    store->crash();  // the committer may not wait yet the first time
  committer.join();
  EXPECT_FALSE((*store->get("lost")).has_value());
}

}  // namespace
}  // namespace coffer::store::testing
