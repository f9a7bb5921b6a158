// A kind of states for tests, and a region that keeps them. A row's value is "GENERATION TEXT OWNED SECRET": a text,
// the name of an index row "x" that the row owns or "-", and the name of a secret that it has or "-", which stands in a
// row "y" as only this region can read it.
#pragma once

#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/random.h"
#include "home/home_region.h"
#include "home/state_exporter.h"
#include "home/state_receiver.h"
#include "store/keys.h"
#include "store/testing/fault_store.h"

namespace coffer::home::testing {

// A store whose process dies after a number of commits.
class MortalStore final : public store::Store {
 public:
  // Of the commits from now on, so many succeed; -1: all.
  void die_after(int commits) { left_ = commits; }
  void restart() {
    left_ = -1;
    store_->crash();
  }

  Result<std::optional<store::Row>> get(std::string_view key) const override { return store_->get(key); }
  Result<std::vector<store::Row>> scan(const store::ScanRange& range) const override { return store_->scan(range); }
  Result<store::Revision> commit(store::Transaction transaction) override {
    if (left_ == 0) store_->fail_syncs(1);
    if (left_ > 0) --left_;
    return store_->commit(std::move(transaction));
  }
  Result<std::vector<store::Change>> changes(store::Revision after, size_t limit) const override {
    return store_->changes(after, limit);
  }
  store::Revision revision() const override { return store_->revision(); }
  bool can_commit() const override { return store_->can_commit(); }
  void on_commit(store::CommitListener listener) override { store_->on_commit(std::move(listener)); }

 private:
  std::unique_ptr<store::testing::FaultStore> store_ = store::testing::FaultStore::make();
  int left_ = -1;
};

struct TestRow {
  uint64_t generation = 0;
  std::string text;
  std::string owned = "-";
  std::string secret = "-";

  std::string encode() const { return std::to_string(generation) + " " + text + " " + owned + " " + secret; }
  static TestRow decode(std::string_view value) {
    TestRow row;
    std::istringstream in{std::string(value)};
    in >> row.generation >> row.text >> row.owned >> row.secret;
    return row;
  }
};

inline std::string index_key(std::string_view name) {
  return store::make_key("x", {name});
}
inline std::string secret_key(std::string_view name) {
  return store::make_key("y", {name});
}

// What only the region itself writes about an index row, and what goes with it.
inline std::string note_key(std::string_view name) {
  return store::make_key("z", {name});
}

class TestKind final : public StateKind {
 public:
  TestKind(const store::Store& store, const Region& region) : store_(store), region_(region.text()) {}

  std::string_view word() const override { return "test"; }
  Result<std::vector<StateId>> all() const override {
    COFFER_ASSIGN(const auto rows, store_.scan(store::ScanRange::prefix(store::make_key("t", {""}))));
    std::vector<StateId> ids;
    for (const store::Row& row : rows) {
      const auto parts = store::key_parts("t", row.key);
      if (parts.size() == 1) ids.push_back({"test", {}, std::string(parts[0])});
    }
    return ids;
  }
  std::string prefix(const StateId& id) const override { return store::make_key("t", {id.name}); }
  Result<uint64_t> generation(const store::Row& row) const override { return TestRow::decode(row.value).generation; }

  Result<StateRow> leaving(const StateId&, std::string_view name, std::string_view value) const override {
    StateRow row{std::string(name), std::string(value), {}};
    const TestRow decoded = TestRow::decode(value);
    if (decoded.secret == "-") return row;
    COFFER_ASSIGN(const auto stored, store_.get(secret_key(decoded.secret)));
    if (!stored) return Error{ErrorCode::kConflict, "the secret is gone"};
    row.secrets.push_back(SecretBytes::copy_of(std::string_view(stored->value).substr(region_.size())));
    return row;
  }
  Result<ArrivedRow> arriving(const StateId& id, const StateRow& row) const override {
    const TestRow decoded = TestRow::decode(*row.value);
    ArrivedRow arrived{*row.value, {}};
    if (decoded.owned != "-") arrived.attendants.push_back({index_key(decoded.owned), id.name});
    if (decoded.secret == "-") return arrived;
    if (row.secrets.size() != 1) return Error{ErrorCode::kCorrupt, "the secret is missing"};
    arrived.attendants.push_back(
        {secret_key(decoded.secret), region_ + std::string(row.secrets[0].view(SecretAccess("test")))});
    return arrived;
  }
  Result<std::vector<Attendant>> attendants(const StateId& id, std::string_view,
                                            std::string_view value) const override {
    const TestRow decoded = TestRow::decode(value);
    std::vector<Attendant> all;
    if (decoded.owned != "-") all.push_back({index_key(decoded.owned), id.name});
    if (decoded.owned != "-") all.push_back({note_key(decoded.owned)});
    if (decoded.secret != "-") all.push_back({secret_key(decoded.secret)});
    return all;
  }

 private:
  const store::Store& store_;
  const std::string region_;
};

inline StateId state_id(std::string name) {
  return {"test", {}, std::move(name)};
}

// What a test writes in one change.
struct TestEdit {
  std::string name;  // empty: nothing but the main row
  std::string text;  // empty: the row is erased
  std::string owned = "-";
  std::string secret = "-";
};

struct TestSite {
  TestSite(Random& random, const Log& log, const std::string& name, const std::vector<std::string>& others,
           const std::string& configured, size_t operations = store::kMaxOperations)
      : region(*Region::parse(name)),
        home({*store, random, {region, regions(others)}, *Region::parse(configured)}),
        receiver({*store, home, kinds, log, operations}) {}

  static std::vector<Region> regions(const std::vector<std::string>& names) {
    std::vector<Region> all;
    for (const std::string& name : names)
      all.push_back(*Region::parse(name));
    return all;
  }

  // As the rooms above change their states; the test's index and secret rows move along.
  Result<void> change(const std::string& state, const std::vector<TestEdit>& edits) {
    const StateId id = state_id(state);
    const std::string prefix = kind.prefix(id);
    COFFER_ASSIGN(const Stamp stamp, current_stamp({*store, kind}, id));
    const uint64_t generation = stamp.generation + 1;
    StateChange made{id, generation, {}};
    store::Transaction transaction;
    transaction.puts.push_back({prefix, TestRow{generation, "main"}.encode()});
    for (TestEdit edit : edits) {
      if (edit.text.empty()) edit.owned = edit.secret = "-";
      const std::string key = row_key(prefix, edit.name);
      COFFER_ASSIGN(const auto old, store->get(key));
      if (old) {
        const TestRow row = TestRow::decode(old->value);
        if (row.owned != "-" && row.owned != edit.owned) transaction.deletes.push_back(index_key(row.owned));
        if (row.secret != "-" && row.secret != edit.secret) transaction.deletes.push_back(secret_key(row.secret));
      }
      if (edit.text.empty()) {
        transaction.deletes.push_back(key);
        made.erased.push_back(edit.name);
        continue;
      }
      transaction.puts.push_back({key, TestRow{generation, edit.text, edit.owned, edit.secret}.encode()});
      if (edit.owned != "-") transaction.puts.push_back({index_key(edit.owned), state});
      if (edit.secret != "-") transaction.puts.push_back({secret_key(edit.secret), region.text() + edit.secret + "!"});
    }
    COFFER_TRY(home.complete(made, transaction));
    COFFER_TRY(store->commit(std::move(transaction)));
    return {};
  }

  // Of a region that has `base`, as parts of this home.
  Result<StateExport> export_since(const std::string& state, const Stamp& base, const PartLimits& limits = {}) {
    COFFER_ASSIGN(StateExport made, export_state({*store, kind, limits}, state_id(state), base));
    COFFER_ASSIGN(const Claim claim, home.claim());
    for (StatePart& part : made.parts)
      part.home = claim;
    return made;
  }

  std::vector<StatePart> parts_since(const std::string& state, const Stamp& base, const PartLimits& limits = {}) {
    return std::move(export_since(state, base, limits).value().parts);
  }

  Stamp stamp(const std::string& state) const { return *current_stamp({*store, kind}, state_id(state)); }

  // Everything that counts of a state, as text to compare.
  std::string rows_of(const std::string& state) const {
    const std::string prefix = kind.prefix(state_id(state));
    std::string text;
    for (const store::Row& row : *rows_in_force(prefix, *store->scan(state_range(prefix))))
      text += std::string(row_name(prefix, row.key)) + "=" + row.value + "\n";
    return text;
  }
  // And all index and secret rows of the region, as they read elsewhere.
  std::string attendants() const {
    std::string text;
    for (const store::Row& row : *store->scan(store::ScanRange::prefix(store::make_key("x", {""}))))
      text += row.key + "=" + row.value + "\n";
    for (const store::Row& row : *store->scan(store::ScanRange::prefix(store::make_key("y", {""}))))
      text += row.key + "=" + row.value.substr(region.text().size()) + "\n";
    return text;
  }
  // Rows that wait, which nobody is to see.
  size_t staged(const std::string& state) const {
    return store->scan(store::ScanRange::prefix(marker_key(kind.prefix(state_id(state)))))->size();
  }

  const Region region;
  std::unique_ptr<MortalStore> store = std::make_unique<MortalStore>();
  TestKind kind{*store, region};
  StateKinds kinds{&kind};
  HomeRegion home;
  StateReceiver receiver;
};

}  // namespace coffer::home::testing
