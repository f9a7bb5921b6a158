// A small simulation: three regions and their multi-region keys, with random changes, and messages that are lost, held
// up, repeated and overtaken, with regions that restart. Whatever happens, no epoch has two primaries, material is used
// where all have it, and nothing goes that somebody counts on; in the end all agree. A failure names its seed.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "kms/key_rotation.h"
#include "kms/multi_region.h"
#include "kms/testing/related_regions.h"

namespace coffer::kms::testing {
namespace {

constexpr int kSteps = 900;
constexpr size_t kKeys = 3;
constexpr size_t kKeptCiphertexts = 12;
constexpr size_t kMaxLate = 20;

const std::vector<Region> kRegions = {*Region::parse("eu-west-1"), *Region::parse("us-east-1"),
                                      *Region::parse("us-west-2")};

// What has happened: a simulation in which nothing does proves nothing.
struct Counts {
  int hand_overs = 0;
  int replicas_ended = 0;
  int keys_ended = 0;
  int saved = 0;  // replicas that ended while they were made the primary
  int rotations = 0;
  int stale = 0;
  int busy = 0;
};

KeyMessage copy(const KeyMessage& from) {
  if (const auto* report = std::get_if<ReplicaReport>(&from)) return *report;
  const auto& shared = std::get<SharedKey>(from);
  SharedKey to{shared.name, shared.lineage, shared.rotation, {}, shared.unused_materials};
  for (const SharedMaterial& material : shared.materials)
    to.materials.push_back({material.id, material.created, material.cause, material.value.clone()});
  return to;
}

class Simulation {
 public:
  Simulation(uint64_t seed, Counts& counts) : random_(seed), counts_(counts) {
    for (const Region& region : kRegions)
      nodes_.push_back(std::make_unique<Node>(region, random_, clock_));
    while (keys_.size() < kKeys)
      make_key();
  }

  void run() {
    for (int i = 0; i < kSteps && !::testing::Test::HasFailure(); ++i) {
      happen();
      observe();
    }
    heal();
    for (const KeyName& key : keys_)
      check_agreement(key);
  }

 private:
  struct Node {
    Node(const Region& name, Random& random, const Clock& clock)
        : region(name, random, clock), random(random), clock(clock) {
      restart();
    }
    // The old ones stay, because the store tells them of its commits; nothing uses them any more.
    void restart() {
      keyrings.push_back(
          std::make_unique<Keyring>(Keyring::Parts{*region.store, region.region_key, random, clock, region.name}));
      exchange = std::make_unique<KeyExchange>(keyring());
    }
    Keyring& keyring() { return *keyrings.back(); }

    RegionInTest region;
    Random& random;
    const Clock& clock;
    std::vector<std::unique_ptr<Keyring>> keyrings;
    std::unique_ptr<KeyExchange> exchange;
  };

  // One message under way from each region to each other, as the link has it.
  struct Way {
    store::Row mark;
    KeyMessage sent;
    std::optional<KeyAnswer> answer;
  };
  struct Late {
    Node* from;
    Node* to;
    KeyMessage message;
  };

  bool chance(uint32_t percent) { return random_.uniform(100) < percent; }
  Node& any_node() { return *nodes_[random_.uniform(static_cast<uint32_t>(nodes_.size()))]; }
  const KeyName& any_key() { return keys_[random_.uniform(static_cast<uint32_t>(keys_.size()))]; }

  template <class T>
  static void ignore(const Result<T>&) {}

  void make_key() {
    Node& node = any_node();
    const KeyName key = node.keyring().draw_name(kOwner, MultiRegion::kPrimary);
    must(node.keyring().create_key({key, "", {}, {}}));
    keys_.push_back(key);
  }

  // Mostly where it is the primary, so that something comes of it.
  Node& node_for(const KeyName& key) {
    for (const auto& node : nodes_) {
      const auto row = stored(*node, key);
      if (row && row->is_primary() && chance(75)) return *node;
    }
    return any_node();
  }

  void happen() {
    const uint32_t what = random_.uniform(20);
    if (what < 4) {
      const KeyName& key = any_key();
      return change(node_for(key), key);
    }
    if (what == 4 && chance(50)) return pass_time();
    if (what == 5) return deliver_late();
    if (what == 6 && chance(10)) return restart(any_node());
    Node& from = any_node();
    Node& to = any_node();
    if (&from != &to) advance(from, to);
  }

  void change(Node& node, const KeyName& key) {
    Keyring& keyring = node.keyring();
    switch (random_.uniform(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return ignore(replicate(keyring, key, any_node().region.name, {"d", {}, {}}));
      case 4:
      case 5:
      case 6:
      case 7:
        if (hand_over(keyring, key, any_node().region.name).ok()) ++counts_.hand_overs;
        return;
      case 8:
      case 9:
        if (rotate_on_demand(keyring, key).ok()) ++counts_.rotations;
        return;
      case 10:
        return ignore(chance(70) ? enable_rotation(keyring, key, 90) : disable_rotation(keyring, key));
      case 11:
        return ignore(keyring.schedule_deletion(key, 7));
      case 12:
        return ignore(any_node().keyring().schedule_deletion(key, 7));
      case 13:
        if (chance(50)) return use(node, key);
        for (const auto& one : nodes_) {
          if (one->keyring().cancel_deletion(key).ok()) must(one->keyring().enable(key));
        }
        return;
      case 14:
        return ignore(chance(10) ? keyring.disable(key) : keyring.enable(key));
      default:
        return use(node, key);
    }
  }

  void pass_time() {
    clock_.advance(std::chrono::hours(24) * random_.uniform(5));
    Node& node = any_node();
    must(node.keyring().erase_expired());
    must(Rotator(node.keyring()).step());
  }

  // Whatever a region encrypts, every region that can use the key decrypts at once, and for ever.
  void use(Node& node, const KeyName& key) {
    const auto made = encrypt(node.keyring(), key, SecretBytes::copy_of("text"), {});
    if (!made.ok()) return;
    auto& kept = ciphertexts_[key.id];
    kept.push_back(made->ciphertext);
    if (kept.size() > kKeptCiphertexts) kept.erase(kept.begin() + random_.uniform(kKeptCiphertexts));
    for (const auto& other : nodes_) {
      const KeyPointer found = must(other->keyring().find(key));
      if (!found || found->info.state != KeyState::kEnabled) continue;
      for (const std::string& ciphertext : kept)
        EXPECT_TRUE(decrypt(other->keyring(), key, ciphertext, {}).ok()) << other->region.name.text();
    }
  }

  void restart(Node& node) {
    node.restart();
    std::erase_if(ways_, [&node](const auto& way) { return way.first.first == &node; });
    for (const auto& other : nodes_) {
      if (other.get() == &node) continue;
      must(node.exchange->announce(other->region.name));
      must(other->exchange->announce(node.region.name));
    }
  }

  // One step of what is under way, or the beginning of something.
  void advance(Node& from, Node& to) {
    const auto under_way = ways_.find({&from, &to});
    if (under_way == ways_.end()) return begin(from, to);
    Way& way = under_way->second;
    if (!way.answer && !chance(20)) {
      if (late_.size() < kMaxLate && chance(25)) late_.push_back({&from, &to, copy(way.sent)});
      if (chance(10)) arrive(from, to, way.sent);
      if (!chance(10)) way.answer = arrive(from, to, way.sent);
      if (way.answer) return;
    }
    const bool has_answer = way.answer && !chance(10);
    if (has_answer && settle(from, to, way).empty()) RegionsAccess::clear(from.region, way.mark);
    ways_.erase(under_way);
  }

  void begin(Node& from, Node& to) {
    const auto marks = RegionsAccess::marks_for(from.region, to.region);
    if (marks.empty()) return;
    const store::Row& mark = marks[random_.uniform(static_cast<uint32_t>(marks.size()))];
    KeyMessage message = must(from.exchange->message_for(RegionsAccess::key_of(mark), to.region.name));
    if (std::holds_alternative<std::monostate>(message)) return RegionsAccess::clear(from.region, mark);
    ways_[{&from, &to}] = {mark, std::move(message), std::nullopt};
  }

  KeyAnswer arrive(Node& from, Node& to, const KeyMessage& message) {
    const auto* const shared = std::get_if<SharedKey>(&message);
    const KeyAnswer answer =
        must(shared != nullptr ? to.exchange->apply(*shared)
                               : to.exchange->apply(from.region.name, std::get<ReplicaReport>(message)));
    counts_.stale += answer.verdict == KeyVerdict::kStale ? 1 : 0;
    counts_.busy += answer.verdict == KeyVerdict::kBusy ? 1 : 0;
    return answer;
  }

  static std::string settle(Node& from, Node& to, const Way& way) {
    const Region& destination = to.region.name;
    if (const auto* shared = std::get_if<SharedKey>(&way.sent)) {
      return must(from.exchange->settle(*shared, destination, *way.answer));
    }
    return must(from.exchange->settle(std::get<ReplicaReport>(way.sent), destination, *way.answer));
  }

  void deliver_late() {
    if (late_.empty()) return;
    const size_t index = random_.uniform(static_cast<uint32_t>(late_.size()));
    arrive(*late_[index].from, *late_[index].to, late_[index].message);
    if (chance(50)) late_.erase(late_.begin() + static_cast<ptrdiff_t>(index));
  }

  std::optional<StoredKey> stored(Node& node, const KeyName& key) {
    auto current = node.keyring().key_store().load(key);
    return current.ok() ? std::optional(std::move(current->key)) : std::nullopt;
  }

  // After every step.
  void observe() {
    store::Revision now = 0;
    for (const auto& node : nodes_)
      now += node->region.store->revision();
    if (std::exchange(observed_, now) == now) return;
    for (const KeyName& key : keys_) {
      std::map<Region, StoredKey> rows;
      for (const auto& node : nodes_) {
        if (auto row = stored(*node, key)) rows.emplace(node->region.name, std::move(*row));
      }
      observe_primaries(key, rows);
      observe_ends(key, rows);
      observe_materials(rows);
      seen_[key.id] = std::move(rows);
    }
    std::erase_if(keys_, [this](const KeyName& key) { return seen_[key.id].empty(); });
    while (keys_.size() < kKeys)
      make_key();
  }

  void observe_primaries(const KeyName& key, const std::map<Region, StoredKey>& rows) {
    for (const auto& [region, row] : rows) {
      if (!row.is_primary()) continue;
      for (const Replica& replica : row.lineage->replicas)
        EXPECT_FALSE(replica.is_lost) << key.id << " in " << replica.region.text() << ", and no disk was";
      const auto [known, is_new] = primaries_.try_emplace({key.id, row.lineage->stamp.epoch}, region);
      EXPECT_EQ(known->second, region) << key.id << " has two primaries in epoch " << row.lineage->stamp.epoch;
      if (is_new && row.info.state == KeyState::kPendingReplicaDeletion) ++counts_.saved;
    }
  }

  // Whoever knows most must not count on a key that has gone.
  void observe_ends(const KeyName& key, const std::map<Region, StoredKey>& rows) {
    for (const auto& [region, before] : seen_[key.id]) {
      if (rows.contains(region)) continue;
      if (before.is_primary()) {
        ++counts_.keys_ended;
        // What is still there has been let go, and has not heard of it yet.
        EXPECT_TRUE(before.lineage->replicas.empty()) << key.id << " has gone before its replicas";
        for (const auto& [other, row] : rows)
          EXPECT_TRUE(row.is_ending) << key.id << " in " << other.text() << " has lost its primary";
        continue;
      }
      ++counts_.replicas_ended;
      EXPECT_TRUE(before.is_ending) << key.id << " in " << region.text();
      const StoredKey* authority = nullptr;
      for (const auto& [other, row] : rows) {
        if (authority == nullptr || authority->lineage->stamp < row.lineage->stamp) authority = &row;
      }
      if (authority == nullptr) continue;
      const bool is_primary_to_be = authority->is_handing_over && authority->lineage->primary == region;
      EXPECT_FALSE(is_primary_to_be) << key.id << " has lost its primary";
      const Replica* const listed = authority->lineage->find(region);
      EXPECT_TRUE(listed == nullptr || listed->since != before.lineage->since)
          << key.id << " has gone in " << region.text() << ", where it was counted on";
    }
  }

  static void observe_materials(const std::map<Region, StoredKey>& rows) {
    for (const auto& [region, row] : rows) {
      const auto& longest = rows.begin()->second.materials;
      for (size_t i = 0; i < std::min(longest.size(), row.materials.size()); ++i)
        EXPECT_EQ(longest[i].id, row.materials[i].id) << region.text();
    }
  }

  void heal() {
    ways_.clear();
    for (int round = 0; round < 40; ++round) {
      size_t marks = 0;
      for (const auto& from : nodes_) {
        for (const auto& to : nodes_) {
          marks += RegionsAccess::marks_for(from->region, to->region).size();
          for (const store::Row& mark : RegionsAccess::marks_for(from->region, to->region))
            deliver(*from, *to, mark);
        }
      }
      observe();
      if (marks == 0) return;
    }
    ADD_FAILURE() << "marks remain";
  }

  void deliver(Node& from, Node& to, const store::Row& mark) {
    Way way{mark, must(from.exchange->message_for(RegionsAccess::key_of(mark), to.region.name)), std::nullopt};
    if (std::holds_alternative<std::monostate>(way.sent)) return RegionsAccess::clear(from.region, mark);
    way.answer = arrive(from, to, way.sent);
    if (settle(from, to, way).empty()) RegionsAccess::clear(from.region, mark);
  }

  // All rows of a key say the same, and there is a primary if there is anything.
  void check_agreement(const KeyName& key) {
    std::vector<std::pair<Region, StoredKey>> rows;
    std::vector<Region> primaries;
    for (const auto& node : nodes_) {
      auto row = stored(*node, key);
      if (!row) continue;
      if (row->is_primary()) primaries.push_back(node->region.name);
      rows.emplace_back(node->region.name, std::move(*row));
    }
    if (rows.empty()) return;
    ASSERT_EQ(primaries.size(), 1U) << key.id;
    for (const auto& [region, row] : rows) {
      EXPECT_EQ(row.lineage->primary, primaries.front()) << key.id << " in " << region.text();
      EXPECT_EQ(row.info.related->replicas, rows.front().second.info.related->replicas) << region.text();
      EXPECT_EQ(row.info.related->replicas.size(), rows.size() - 1);
      EXPECT_EQ(row.materials.size(), rows.front().second.materials.size()) << region.text();
      EXPECT_EQ(row.unused_materials, 0U) << region.text();
      EXPECT_EQ(row.info.rotation, rows.front().second.info.rotation) << region.text();
      EXPECT_FALSE(row.is_handing_over || row.is_ending) << region.text();
    }
    for (const auto& node : nodes_)
      use(*node, key);
  }

  // The words of the fixture for one region.
  struct RegionsAccess : RelatedRegions {
    using RelatedRegions::clear;
    using RelatedRegions::key_of;
    using RelatedRegions::marks_for;
  };

  SeededRandom random_;
  Counts& counts_;
  ManualClock clock_{*parse_iso_basic("20261124T000000Z")};
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<KeyName> keys_;
  std::map<std::pair<Node*, Node*>, Way> ways_;
  std::vector<Late> late_;
  std::map<std::string, std::vector<std::string>> ciphertexts_;
  std::map<std::pair<std::string, uint64_t>, Region> primaries_;  // of a key and an epoch, ever
  std::map<std::string, std::map<Region, StoredKey>> seen_;
  store::Revision observed_ = 0;  // of all regions together
};

class KeyAgreement : public ::testing::TestWithParam<uint64_t> {};

// Whatever happened on the way, all regions agree in the end, and nothing was lost.
TEST_P(KeyAgreement, HoldsWhateverTheNetworkDoes) {
  Counts counts;
  for (uint64_t seed = GetParam(); seed < GetParam() + 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation(seed, counts).run();
    if (HasFailure()) return;
  }
  EXPECT_GT(counts.hand_overs, 10);
  EXPECT_GT(counts.rotations, 10);
  EXPECT_GT(counts.replicas_ended, 3);
  EXPECT_GT(counts.keys_ended, 0);
  EXPECT_GT(counts.stale, 10);
  EXPECT_GT(counts.busy + counts.saved, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, KeyAgreement, ::testing::Values(0, 10, 20));

}  // namespace
}  // namespace coffer::kms::testing
