// What the two sources of the RocksDB store share. Not for other files: include rocksdb_store.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/log.h"
#include "store/store.h"
#include "store/store_directory.h"

namespace rocksdb {
class DB;
class Status;
}  // namespace rocksdb

namespace coffer::store {

// Names the directory and what to do about it. kCorrupt for damage, kIo for everything else; a full disk begins with
// "no space left on device". REQUIRES: !status.ok().
Error rocksdb_error(const rocksdb::Status& status, const std::string& directory);

// Reads the newest revision and starts the committer.
Result<std::unique_ptr<Store>> make_rocksdb_store(StoreDirectory directory, std::unique_ptr<rocksdb::DB> db,
                                                  const Log& log);

}  // namespace coffer::store
