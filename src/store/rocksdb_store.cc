#include "store/rocksdb_store.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <unordered_map>

#include "store/change_feed.h"
#include "store/group_commit.h"
#include "store/rocksdb_store_parts.h"
#include "store/row_mirror.h"

namespace coffer::store {
namespace {

// Keys that begin with NUL are the store's own (check_limits refuses them).
constexpr std::string_view kRevisionKey("\0revision", 9);
constexpr std::string_view kFirstKey("\1", 1);
// The outbox, whose marks are written and deleted with every change of what other regions have. About 150,000 of them.
constexpr std::string_view kMirrored("o\0", 2);
constexpr size_t kMirrorBytes = 32 << 20;
constexpr size_t kHeader = 8;  // before every value: the row's revision, little endian

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

struct Header {
  explicit Header(Revision revision) {
    for (size_t i = 0; i < kHeader; ++i)
      bytes[i] = static_cast<char>(revision >> (8 * i) & 0xff);
  }
  char bytes[kHeader];
};

std::optional<Revision> read_header(const rocksdb::Slice& stored) {
  if (stored.size() < kHeader) return std::nullopt;
  Revision revision = 0;
  for (size_t i = kHeader; i-- > 0;)
    revision = revision << 8 | static_cast<unsigned char>(stored[i]);
  return revision;
}

std::string value_of(const rocksdb::Slice& stored) {
  return {stored.data() + kHeader, stored.size() - kHeader};
}

class RocksdbStore final : public Store {
 public:
  RocksdbStore(StoreDirectory directory, std::unique_ptr<rocksdb::DB> db, const Log& log, Revision revision)
      : directory_(std::move(directory)),
        log_(log),
        db_(std::move(db)),
        feed_(revision),
        mirror_(kMirrored, kMirrorBytes),
        committer_([this](std::span<GroupCommit::Waiting* const> batch) { write(batch); }) {
    mirror_.load([this](const ScanRange& range) { return scan_engine(range); });
  }

  Result<std::optional<Row>> get(std::string_view key) const override {
    rocksdb::PinnableSlice stored;
    COFFER_ASSIGN(const auto revision, read(key, stored));
    if (!revision) return std::optional<Row>();
    return std::optional<Row>(Row{std::string(key), value_of(stored), *revision});
  }

  Result<std::vector<Row>> scan(const ScanRange& range) const override {
    if (auto mirrored = mirror_.scan(range)) return std::move(*mirrored);
    return scan_engine(range);
  }

  Result<Revision> commit(Transaction transaction) override {
    COFFER_TRY(check_limits(transaction));
    return committer_.commit(std::move(transaction));
  }

  Result<std::vector<Change>> changes(Revision after, size_t limit) const override {
    return feed_.changes(after, limit);
  }
  Revision revision() const override { return feed_.revision(); }
  bool can_commit() const override { return !failed_.load(); }
  void on_commit(CommitListener listener) override { feed_.listen(std::move(listener)); }

 private:
  // What the transactions of the batch in hand have changed: the revision of each key, 0 for a deleted one.
  using Overlay = std::unordered_map<std::string_view, Revision>;

  Result<std::vector<Row>> scan_engine(const ScanRange& range) const {
    std::vector<Row> rows;
    const std::string_view begin = std::max<std::string_view>(range.begin, kFirstKey);
    if (!range.end.empty() && begin >= std::string_view(range.end)) return rows;
    rocksdb::ReadOptions options;
    const rocksdb::Slice end = slice(range.end);
    if (!range.end.empty()) options.iterate_upper_bound = &end;
    // An iterator sees the moment at which it was made.
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
    for (it->Seek(slice(begin)); it->Valid() && rows.size() < range.limit; it->Next()) {
      const std::optional<Revision> revision = read_header(it->value());
      if (!revision) return no_header();
      rows.push_back({it->key().ToString(), value_of(it->value()), *revision});
    }
    if (!it->status().ok()) return rocksdb_error(it->status(), directory_.path());
    return rows;
  }

  // The row's revision, and in `stored` its header and value; nullopt when there is no such row.
  Result<std::optional<Revision>> read(std::string_view key, rocksdb::PinnableSlice& stored) const {
    if (key < kFirstKey) return std::optional<Revision>();
    const rocksdb::Status status = db_->Get(read_options_, db_->DefaultColumnFamily(), slice(key), &stored);
    if (status.IsNotFound()) return std::optional<Revision>();
    if (!status.ok()) return rocksdb_error(status, directory_.path());
    const std::optional<Revision> revision = read_header(stored);
    if (!revision) return no_header();
    return revision;
  }

  // In the committer thread, like everything below.
  void write(std::span<GroupCommit::Waiting* const> waiting) {
    if (failure_) {
      for (GroupCommit::Waiting* one : waiting)
        one->result = *failure_;
      return;
    }
    Overlay overlay;
    rocksdb::WriteBatch batch;
    Revision revision = feed_.revision();
    std::vector<GroupCommit::Waiting*> accepted;
    for (GroupCommit::Waiting* one : waiting) {
      const Result<void> checked = check(one->transaction.preconditions, overlay);
      if (!checked.ok()) {
        one->result = checked.error();
        continue;
      }
      one->result = ++revision;
      append(one->transaction, revision, batch, overlay);
      accepted.push_back(one);
    }
    if (accepted.empty()) return;
    const Header newest(revision);
    batch.Put(slice(kRevisionKey), {newest.bytes, kHeader});
    rocksdb::WriteOptions options;
    options.sync = true;
    // RocksDB shows the rows to readers only after the log was synced.
    const rocksdb::Status status = db_->Write(options, &batch);
    if (!status.ok()) return fail(status, accepted);
    mirror(accepted);
    for (GroupCommit::Waiting* one : accepted)
      feed_.publish(*one->result, changes_of(one->transaction, *one->result));
  }

  // Before anybody hears of the commits: who does may scan at once.
  void mirror(std::span<GroupCommit::Waiting* const> accepted) {
    std::vector<RowMirror::Commit> commits;
    for (const GroupCommit::Waiting* one : accepted)
      commits.emplace_back(&one->transaction, *one->result);
    mirror_.apply(commits);
    if (mirror_.is_worth_loading()) mirror_.load([this](const ScanRange& range) { return scan_engine(range); });
  }

  Result<void> check(const std::vector<Precondition>& preconditions, const Overlay& overlay) const {
    for (const Precondition& precondition : preconditions) {
      Revision current = 0;
      if (const auto found = overlay.find(precondition.key); found != overlay.end()) {
        current = found->second;
      } else {
        rocksdb::PinnableSlice stored;
        COFFER_ASSIGN(const auto revision, read(precondition.key, stored));
        current = revision.value_or(0);
      }
      if (current != precondition.revision) return Error{ErrorCode::kConflict, "a precondition does not hold"};
    }
    return {};
  }

  static void append(const Transaction& transaction, Revision revision, rocksdb::WriteBatch& batch, Overlay& overlay) {
    const Header header(revision);
    for (const Put& put : transaction.puts) {
      const rocksdb::Slice key = slice(put.key);
      const rocksdb::Slice value[] = {{header.bytes, kHeader}, slice(put.value)};
      batch.Put(rocksdb::SliceParts(&key, 1), rocksdb::SliceParts(value, 2));
      overlay[put.key] = revision;
    }
    for (const std::string& key : transaction.deletes) {
      batch.Delete(slice(key));
      overlay[key] = 0;
    }
  }

  // The log below may have a hole now, and a later commit behind it would be lost at recovery: no commit succeeds
  // again.
  void fail(const rocksdb::Status& status, std::span<GroupCommit::Waiting* const> accepted) {
    failure_ = rocksdb_error(status, directory_.path());
    failure_->code = ErrorCode::kIo;
    failed_ = true;
    log_.error("store_failed", {{"error", failure_->message}});
    for (GroupCommit::Waiting* one : accepted)
      one->result = *failure_;
  }

  Error no_header() const {
    return Error{ErrorCode::kCorrupt,
                 "the store in " + directory_.path() + " is damaged: a row is too short; restore it from a backup"};
  }

  const StoreDirectory directory_;  // holds the lock: released last
  const Log& log_;
  const rocksdb::ReadOptions read_options_;
  const std::unique_ptr<rocksdb::DB> db_;
  ChangeFeed feed_;
  RowMirror mirror_;
  std::optional<Error> failure_;      // the committer's
  std::atomic<bool> failed_ = false;  // the same for every thread
  GroupCommit committer_;             // stops first
};

}  // namespace

Result<std::unique_ptr<Store>> make_rocksdb_store(StoreDirectory directory, std::unique_ptr<rocksdb::DB> db,
                                                  const Log& log) {
  std::string stored;
  const rocksdb::Status status = db->Get(rocksdb::ReadOptions(), slice(kRevisionKey), &stored);
  if (!status.ok() && !status.IsNotFound()) return rocksdb_error(status, directory.path());
  const std::optional<Revision> revision = status.IsNotFound() ? Revision{0} : read_header(stored);
  if (!revision) {
    return Error{ErrorCode::kCorrupt,
                 "the store in " + directory.path() + " is damaged: no revision; restore it from a backup"};
  }
  return std::unique_ptr<Store>(std::make_unique<RocksdbStore>(std::move(directory), std::move(db), log, *revision));
}

}  // namespace coffer::store
