#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include <algorithm>

#include "store/rocksdb_store.h"
#include "store/rocksdb_store_parts.h"

namespace coffer::store {
namespace {

constexpr int kCacheShardBits = 2;

rocksdb::Options engine_options(const RocksdbOptions& options) {
  rocksdb::Options engine;
  if (options.env != nullptr) engine.env = options.env;

  // A crash may leave a torn record at the end of the log: recovery stops before it. Log files are not recycled, which
  // RocksDB 7.8 does not do in this mode: old records behind the end could be taken for new ones.
  engine.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  engine.recycle_log_file_num = 0;
  engine.paranoid_checks = true;
  // A commit that failed stays failed until the process restarts (store.h): RocksDB must not resume on its own.
  engine.max_bgerror_resume_count = 0;

  engine.write_buffer_size = 16 << 20;
  engine.max_write_buffer_number = 3;
  engine.max_open_files = 512;
  engine.max_background_jobs = 2;
  engine.max_manifest_file_size = 16 << 20;
  engine.level_compaction_dynamic_level_bytes = true;
  // Flushes and compactions write steadily, so that the log's fsync does not wait for a burst of theirs.
  engine.bytes_per_sync = 1 << 20;
  engine.skip_stats_update_on_db_open = true;

  engine.stats_dump_period_sec = 0;
  engine.stats_persist_period_sec = 0;
  engine.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  engine.keep_log_file_num = 2;
  engine.max_log_file_size = 1 << 20;

  const auto supported = rocksdb::GetSupportedCompressions();
  const bool has_lz4 = std::find(supported.begin(), supported.end(), rocksdb::kLZ4Compression) != supported.end();
  engine.compression = has_lz4 ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes, kCacheShardBits);
  // Bounded memory: indexes and filters count as blocks of the cache. In parts: those of a whole file are larger than
  // what a shard of the cache holds, and would be read and uncompressed again for every look-up.
  table.cache_index_and_filter_blocks = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  engine.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return engine;
}

Error open_error(const rocksdb::Status& status, const std::string& directory) {
  // InvalidArgument: the marker is there but RocksDB's CURRENT is not, and we forbade it to make a new store.
  if (status.IsInvalidArgument() || status.IsPathNotFound()) {
    return Error{ErrorCode::kCorrupt,
                 "the store in " + directory + " is damaged: files are missing; restore it from a backup"};
  }
  return rocksdb_error(status, directory);
}

}  // namespace

Error rocksdb_error(const rocksdb::Status& status, const std::string& directory) {
  std::string detail = status.ToString();
  std::replace(detail.begin(), detail.end(), '\n', ' ');
  if (status.IsNoSpace()) {
    return Error{ErrorCode::kIo, "no space left on device: the store in " + directory +
                                     " cannot be written; free some space and start again (" + detail + ")"};
  }
  if (status.IsCorruption()) {
    return Error{ErrorCode::kCorrupt,
                 "the store in " + directory + " is damaged; restore it from a backup (" + detail + ")"};
  }
  return Error{ErrorCode::kIo,
               "the store in " + directory + " failed; check the disk and start again (" + detail + ")"};
}

Result<std::unique_ptr<Store>> open_rocksdb_store(const RocksdbOptions& options, const Log& log) {
  COFFER_ASSIGN(StoreDirectory directory, StoreDirectory::open(options.directory));
  rocksdb::Options engine = engine_options(options);
  engine.create_if_missing = directory.is_new();
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(engine, options.directory, &opened);
  std::unique_ptr<rocksdb::DB> db(opened);
  if (!status.ok()) return open_error(status, options.directory);
  COFFER_TRY(directory.finish());
  return make_rocksdb_store(std::move(directory), std::move(db), log);
}

}  // namespace coffer::store
