// What only the RocksDB store has: a directory that may be foreign, shared, damaged, or left behind by a killed
// process.
#include "store/rocksdb_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "store/testing/temp_directory.h"

namespace coffer::store::testing {
namespace {

namespace fs = std::filesystem;

const SystemClock kClock;
const Log kQuiet(kClock, STDERR_FILENO, static_cast<LogLevel>(99));

Result<std::unique_ptr<Store>> open(const std::string& directory) {
  return open_rocksdb_store({.directory = directory}, kQuiet);
}

void write_file(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

// The one file of the directory with this beginning and end.
std::string file_of(const std::string& directory, std::string_view begin, std::string_view end) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(begin) && name.ends_with(end)) found.push_back(entry.path().string());
  }
  EXPECT_EQ(found.size(), 1u);
  return found.empty() ? "" : found.front();
}

void flip_byte(const std::string& path, std::streamoff position) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(position);
  const char byte = static_cast<char>(file.get());
  file.seekp(position);
  file.put(static_cast<char>(byte ^ 0x40));
}

class RocksdbStore : public ::testing::Test {
 protected:
  // A closed store with 100 rows, all in one table file: opening moves what the log holds into one.
  void fill() {
    {
      const auto store = open(path_);
      ASSERT_TRUE(store.ok()) << store.error().message;
      for (int i = 0; i < 100; ++i)
        ASSERT_TRUE((*store)->commit({{}, {{"k" + std::to_string(i), "v"}}, {}}).ok());
    }
    ASSERT_TRUE(open(path_).ok());
  }

  void expect_refused(ErrorCode code, std::string_view words) {
    const auto store = open(path_);
    ASSERT_FALSE(store.ok());
    EXPECT_EQ(store.error().code, code) << store.error().message;
    EXPECT_NE(store.error().message.find(words), std::string::npos) << store.error().message;
    EXPECT_NE(store.error().message.find(path_), std::string::npos) << store.error().message;
    EXPECT_EQ(store.error().message.find('\n'), std::string::npos) << store.error().message;
  }

  TempDirectory directory_;
  const std::string path_ = directory_ / "deep/er/store";
};

// Ciphertext is still nobody else's business.
TEST_F(RocksdbStore, MakesItsDirectoryPrivate) {
  ASSERT_TRUE(open(path_).ok());
  struct stat status;
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

// Someone who could read the directory may have copied it; the operator has to know.
TEST_F(RocksdbStore, RefusesADirectoryThatOthersCanRead) {
  ASSERT_TRUE(open(path_).ok());
  for (const int mode : {0750, 0704, 0711}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    expect_refused(ErrorCode::kPermission, "chmod 700");
  }
  ASSERT_EQ(::chmod(path_.c_str(), 0700), 0);
  EXPECT_TRUE(open(path_).ok());
}

// Two processes writing one log would destroy it.
TEST_F(RocksdbStore, RefusesASecondOpener) {
  auto first = open(path_);
  ASSERT_TRUE(first.ok());
  expect_refused(ErrorCode::kIo, "in use by another process");
  first->reset();
  EXPECT_TRUE(open(path_).ok());
}

// A mistyped directory must not be filled with a database.
TEST_F(RocksdbStore, RefusesADirectoryOfSomethingElse) {
  fs::create_directories(path_);
  fs::permissions(path_, fs::perms::owner_all);
  write_file(path_ + "/precious.txt", "not ours");
  expect_refused(ErrorCode::kCorrupt, "not a Coffer store");
  EXPECT_EQ(std::distance(fs::directory_iterator(path_), {}), 1);
  fs::remove(path_ + "/precious.txt");
  fs::create_directory(path_ + "/lost+found");
  EXPECT_TRUE(open(path_).ok());
}

TEST_F(RocksdbStore, RefusesAPathThatIsNotADirectory) {
  write_file(directory_ / "file", "");
  const auto on_file = open(directory_ / "file");
  const auto below_file = open(directory_ / "file/store");
  ASSERT_FALSE(on_file.ok() || below_file.ok());
  EXPECT_EQ(on_file.error().code, ErrorCode::kIo);
  EXPECT_EQ(below_file.error().code, ErrorCode::kIo);
}

// An older Coffer must not misread what a newer one wrote.
TEST_F(RocksdbStore, RefusesAnotherFormat) {
  fill();
  write_file(path_ + "/COFFER", "coffer-store 2\n");
  expect_refused(ErrorCode::kCorrupt, "another version of Coffer");
  write_file(path_ + "/COFFER", "");
  expect_refused(ErrorCode::kCorrupt, "damaged");
  write_file(path_ + "/COFFER", "coffer-store 1\n");
  EXPECT_TRUE(open(path_).ok());
}

// A process killed while it made its store has acknowledged nothing: the next one goes on, however far that got.
TEST_F(RocksdbStore, FinishesAnInterruptedCreation) {
  for (const bool engine_was_done : {false, true}) {
    const std::string path = path_ + (engine_was_done ? "1" : "0");
    if (engine_was_done) {
      ASSERT_TRUE(open(path).ok());
      fs::rename(path + "/COFFER", path + "/COFFER.new");
    } else {
      fs::create_directories(path);
      fs::permissions(path, fs::perms::owner_all);
      write_file(path + "/COFFER.new", "coff");
      write_file(path + "/MANIFEST-000001", "half a ");
    }
    auto store = open(path);
    ASSERT_TRUE(store.ok()) << store.error().message;
    EXPECT_TRUE(fs::exists(path + "/COFFER"));
    EXPECT_FALSE(fs::exists(path + "/COFFER.new"));
    EXPECT_TRUE((*store)->commit({{}, {{"a", "1"}}, {}}).ok());
    store->reset();
    EXPECT_TRUE(open(path).ok());
  }
}

// Were a store that lost its files taken for a new one, every secret would silently be gone.
TEST_F(RocksdbStore, MissingFilesAreDamageNotANewStore) {
  fill();
  fs::rename(path_ + "/CURRENT", directory_ / "CURRENT");
  expect_refused(ErrorCode::kCorrupt, "files are missing");
  fs::rename(directory_ / "CURRENT", path_ + "/CURRENT");
  const std::string manifest = file_of(path_, "MANIFEST-", "");
  fs::rename(manifest, directory_ / "MANIFEST");
  expect_refused(ErrorCode::kCorrupt, "restore it from a backup");
  fs::rename(directory_ / "MANIFEST", manifest);
  fs::rename(file_of(path_, "", ".sst"), directory_ / "table");
  expect_refused(ErrorCode::kCorrupt, "restore it from a backup");
}

TEST_F(RocksdbStore, ADamagedManifestIsReported) {
  fill();
  const std::string manifest = file_of(path_, "MANIFEST-", "");
  flip_byte(manifest, 20);
  expect_refused(ErrorCode::kCorrupt, "damaged");
  flip_byte(manifest, 20);
  ASSERT_TRUE(open(path_).ok());
  fs::resize_file(file_of(path_, "MANIFEST-", ""), 0);
  expect_refused(ErrorCode::kCorrupt, "damaged");
}

TEST_F(RocksdbStore, ATruncatedTableIsReportedWhenTheStoreOpens) {
  fill();
  const std::string table = file_of(path_, "", ".sst");
  fs::resize_file(table, fs::file_size(table) - 1);
  expect_refused(ErrorCode::kCorrupt, "damaged");
}

// Rotten bits in a table are found by its checksums when they are read; they are never returned.
TEST_F(RocksdbStore, ADamagedTableIsReportedWhenItIsRead) {
  fill();
  flip_byte(file_of(path_, "", ".sst"), 100);
  const auto store = open(path_);
  if (!store.ok()) {
    EXPECT_EQ(store.error().code, ErrorCode::kCorrupt);
    return;
  }
  EXPECT_EQ((*store)->get("k0").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ((*store)->scan({}).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ((*store)->commit({{{"k0", 1}}, {}, {"k0"}}).error().code, ErrorCode::kCorrupt);
}

// A crash in the middle of an append leaves a torn record, which nobody was promised.
TEST_F(RocksdbStore, ATornRecordAtTheEndOfTheLogIsDropped) {
  {
    const auto store = open(path_);
    for (int i = 0; i < 3; ++i)
      ASSERT_TRUE((*store)->commit({{}, {{"k" + std::to_string(i), "v"}}, {}}).ok());
  }
  const std::string log = file_of(path_, "", ".log");
  fs::resize_file(log, fs::file_size(log) - 1);
  const auto store = open(path_);
  ASSERT_TRUE(store.ok()) << store.error().message;
  EXPECT_EQ((*store)->revision(), 2u);
  EXPECT_EQ((*store)->scan({})->size(), 2u);
  EXPECT_EQ(*(*store)->commit({{}, {{"k2", "again"}}, {}}), 3u);
}

}  // namespace
}  // namespace coffer::store::testing
