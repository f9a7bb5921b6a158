// The RocksDB store on a disk that fails or loses power: what was acknowledged must be what was synced.
#include <gtest/gtest.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "store/rocksdb_store.h"
#include "store/testing/temp_directory.h"

namespace coffer::store::testing {
namespace {

const SystemClock kClock;
const Log kQuiet(kClock, STDERR_FILENO, static_cast<LogLevel>(99));

enum class Fault { kNone, kSyncFails, kDiskFull };

// A disk that can be told to fail its log files, and knows how much of each was synced.
class Disk final : public rocksdb::FileSystemWrapper {
 public:
  Disk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FaultyDisk"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;

  std::atomic<Fault> fault{Fault::kNone};

  size_t synced(const std::string& name) {
    std::lock_guard lock(mutex_);
    return synced_[name];
  }
  void note_synced(const std::string& name, size_t size) {
    std::lock_guard lock(mutex_);
    synced_[name] = size;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, size_t> synced_;
};

class LogFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  LogFile(std::unique_ptr<rocksdb::FSWritableFile> file, std::string name, Disk& disk)
      : FSWritableFileOwnerWrapper(std::move(file)), name_(std::move(name)), disk_(disk) {}

  using FSWritableFileOwnerWrapper::Append;
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    if (disk_.fault == Fault::kDiskFull) return rocksdb::IOStatus::NoSpace("No space left on device");
    written_ += data.size();
    return FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    if (disk_.fault == Fault::kSyncFails) return rocksdb::IOStatus::IOError("While fdatasync", "Input/output error");
    disk_.note_synced(name_, written_);
    return rocksdb::IOStatus::OK();
  }

 private:
  const std::string name_;
  Disk& disk_;
  size_t written_ = 0;
};

rocksdb::IOStatus Disk::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSWritableFile>* file,
                                        rocksdb::IODebugContext* debug) {
  const auto status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
  if (status.ok() && name.ends_with(".log")) *file = std::make_unique<LogFile>(std::move(*file), name, *this);
  return status;
}

class FaultyDisk : public ::testing::Test {
 protected:
  std::unique_ptr<Store> open(const std::string& directory) {
    auto opened = open_rocksdb_store({.directory = directory, .env = env_.get()}, kQuiet);
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    return opened.ok() ? std::move(opened).value() : nullptr;
  }

  TempDirectory directory_;
  const std::string path_ = directory_ / "store";
  const std::shared_ptr<Disk> disk_ = std::make_shared<Disk>();
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
};

Transaction put(std::string key) {
  return {{}, {{std::move(key), "value"}}, {}};
}

// "A write that failed its fsync is not acknowledged", nor seen by a reader, nor followed by one that is.
TEST_F(FaultyDisk, AFailedSyncFailsTheCommitAndEveryLaterOne) {
  auto store = open(path_);
  size_t heard = 0;
  store->on_commit([&heard](Revision, const std::vector<Change>&) { ++heard; });
  ASSERT_TRUE(store->commit(put("kept")).ok());
  EXPECT_TRUE(store->can_commit());
  disk_->fault = Fault::kSyncFails;
  const auto failed = store->commit(put("failed"));
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::kIo);
  EXPECT_NE(failed.error().message.find(path_), std::string::npos) << failed.error().message;
  EXPECT_EQ(failed.error().message.find('\n'), std::string::npos);
  EXPECT_FALSE((*store->get("failed")).has_value());
  EXPECT_EQ(store->scan({})->size(), 1u);
  EXPECT_EQ(store->revision(), 1u);

  disk_->fault = Fault::kNone;
  EXPECT_EQ(store->commit(put("later")).error().code, ErrorCode::kIo);
  EXPECT_EQ(store->commit({{{"kept", 9}}, {}, {}}).error().code, ErrorCode::kIo);
  EXPECT_TRUE((*store->get("kept")).has_value());
  EXPECT_EQ(heard, 1u);
  EXPECT_FALSE(store->can_commit());

  store.reset();
  store = open(path_);
  EXPECT_TRUE((*store->get("kept")).has_value());
  EXPECT_FALSE((*store->get("later")).has_value());
  EXPECT_TRUE(store->can_commit());
  EXPECT_TRUE(store->commit(put("after")).ok());
}

// An operator must be told that it is the disk's size, not its health.
TEST_F(FaultyDisk, AFullDiskIsNamed) {
  auto store = open(path_);
  ASSERT_TRUE(store->commit(put("kept")).ok());
  disk_->fault = Fault::kDiskFull;
  const auto failed = store->commit(put("failed"));
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::kIo);
  EXPECT_TRUE(failed.error().message.starts_with("no space left on device")) << failed.error().message;
  disk_->fault = Fault::kNone;
  store.reset();
  store = open(path_);
  EXPECT_EQ(store->scan({})->size(), 1u);
  EXPECT_EQ(*store->commit(put("after")), 2u);
}

// The disk keeps of each log exactly what was synced, as after a power cut: every acknowledged commit must be in it.
TEST_F(FaultyDisk, APowerCutLosesNothingThatWasAcknowledged) {
  const auto store = open(path_);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&store, t] {
      for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(store->commit(put("t" + std::to_string(t) + "/" + std::to_string(i))).ok());
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();

  namespace fs = std::filesystem;
  const std::string copy = directory_ / "copy";
  fs::copy(path_, copy);
  fs::permissions(copy, fs::perms::owner_all);
  size_t logs = 0;
  for (const auto& entry : fs::directory_iterator(copy)) {
    if (entry.path().extension() != ".log") continue;
    fs::resize_file(entry.path(), disk_->synced(path_ + "/" + entry.path().filename().string()));
    ++logs;
  }
  ASSERT_EQ(logs, 1u);
  const auto after = open(copy);
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(after->revision(), 200u);
  EXPECT_EQ(after->scan({})->size(), 200u);
}

}  // namespace
}  // namespace coffer::store::testing
