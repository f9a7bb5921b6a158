// The embedded store: one process, one directory, RocksDB below, every acknowledged commit fsynced. One committer
// thread collects waiting transactions, checks their preconditions in order and makes them durable with one fsync.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "store/store.h"

namespace rocksdb {
class Env;
}

namespace coffer::store {

struct RocksdbOptions {
  std::string directory;  // made (0700) if it does not exist
  size_t block_cache_bytes = 64 << 20;
  rocksdb::Env* env = nullptr;  // tests put a failing disk here; null: the machine's. Outlives the store
};

// kPermission when the directory is not ours alone (0700), kIo when it cannot be made, is locked by another process or
// the disk is full, kCorrupt when it is damaged or not a Coffer store. The message names the directory and what to do.
// `log` must outlive the store.
Result<std::unique_ptr<Store>> open_rocksdb_store(const RocksdbOptions& options, const Log& log);

}  // namespace coffer::store
