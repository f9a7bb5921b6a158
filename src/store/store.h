// The store: a small transactional ordered key-value map. Everything durable in Coffer is a row in it.
// Promises: a commit is atomic, and durable once commit() has returned success; reads see every commit acknowledged
// before they began; revisions grow by one for every commit and never repeat. Values are opaque bytes and hold no
// plaintext: whoever writes a row seals it first.
// Thread-safe. Implementations: memory_store.h, rocksdb_store.h. All pass testing/store_contract.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace coffer::store {

// Number of a commit. 0 means "before anything was written".
using Revision = uint64_t;

struct Row {
  std::string key;
  std::string value;
  Revision revision = 0;  // of the commit that last wrote this row
};

// Holds when the row's revision is `revision`; 0 means that the row must not exist.
struct Precondition {
  std::string key;
  Revision revision = 0;
};

struct Put {
  std::string key;
  std::string value;
};

inline constexpr size_t kMaxOperations = 4096;            // preconditions, puts and deletes together
inline constexpr size_t kMaxTransactionBytes = 20 << 20;  // a secret with all its versions, 200 of 64 KiB

// At most 4,096 operations and 20 MiB of keys and values. One key appears at most once among puts and deletes; none is
// empty or begins with NUL.
struct Transaction {
  std::vector<Precondition> preconditions;
  std::vector<Put> puts;
  std::vector<std::string> deletes;  // of rows that need not exist
};

// Bytes of keys and values, as the limit counts them.
size_t transaction_bytes(const Transaction& transaction);
// kUsage when the transaction breaks a limit. Every store's commit() begins with it.
Result<void> check_limits(const Transaction& transaction);

// What one commit changed, in commit order. Deleted rows have no value.
struct Change {
  Revision revision = 0;
  std::string key;
  bool deleted = false;
};

struct ScanRange {
  std::string begin;  // inclusive
  std::string end;    // exclusive; empty means "to the last key"
  size_t limit = 1000;
  // All keys that start with `prefix`.
  static ScanRange prefix(std::string_view prefix, size_t limit = 1000);
};

// Called after a commit is durable and before commit() returns it to its caller, one commit at a time, in revision
// order. Must be quick and must not call the store.
using CommitListener = std::function<void(Revision, const std::vector<Change>&)>;

class Store {
 public:
  virtual ~Store() = default;

  // nullopt when there is no such row. kIo when the engine fails, kCorrupt when a checksum does not fit.
  virtual Result<std::optional<Row>> get(std::string_view key) const = 0;

  // Rows in key order, at most range.limit of them, all from one moment. Fewer than the limit: the range is exhausted.
  virtual Result<std::vector<Row>> scan(const ScanRange& range) const = 0;

  // Blocks until the transaction is durable (one fsync may serve many callers) and returns its revision.
  // kConflict when a precondition does not hold: nothing was written. kUsage when the transaction breaks its limits.
  // kIo when it could not be made durable: it is then unknown whether the rows will be there after a restart, and every
  // later commit fails with kIo until the process restarts, because the log below may have a hole.
  virtual Result<Revision> commit(Transaction transaction) = 0;

  // Changes of commits after `after`, oldest first, at most `limit` rows, but whole commits only and at least one.
  // kNotFound when the feed no longer reaches back that far: scan instead, then follow from revision() taken before the
  // scan.
  virtual Result<std::vector<Change>> changes(Revision after, size_t limit) const = 0;

  // Of the newest commit.
  virtual Revision revision() const = 0;

  // False from the commit that could not be made durable on: until the process restarts, every other fails too. Quick:
  // it waits for nothing.
  virtual bool can_commit() const = 0;

  // Registers a listener for the life of the store. Call before the first commit that must be seen.
  virtual void on_commit(CommitListener listener) = 0;
};

}  // namespace coffer::store
