#include "sts/session_keys.h"

#include <algorithm>

#include "store/keys.h"
#include "sts/records.pb.h"

namespace coffer::sts {
namespace {

constexpr std::string_view kFamily = "sk";
constexpr std::string_view kOutboxKind = "session_keys";
// Clocks differ, and a region that hears of a new key late still seals with the old one.
constexpr Duration kGrace = std::chrono::hours(12);
constexpr int kAttempts = 8;

// All keys there are, as the row has them.
struct KeySet {
  store::Revision revision = 0;
  uint64_t generation = 0;
  std::vector<SessionKeyPointer> keys;  // in the order in which they become active; never empty
};

std::string row_key() {
  return store::make_key(kFamily, {});
}

std::string context_of(std::string_view id) {
  return store::make_key(kFamily, {id});
}

Error damaged() {
  return Error{ErrorCode::kCorrupt, "the record of the session keys is damaged"};
}

SessionKeyPointer make_key(std::string_view id, Time active_from, SecretBytes material) {
  return std::make_shared<const SessionKey>(
      SessionKey{std::string(id), active_from, crypto::AeadKey(std::move(material))});
}

bool is_earlier(const SessionKeyPointer& one, const SessionKeyPointer& other) {
  return one->active_from < other->active_from;
}

}  // namespace

class SessionKeys::Impl {
 public:
  explicit Impl(const Parts& parts) : parts_(parts) {
    parts_.store.on_commit([this](store::Revision, const std::vector<store::Change>& changes) {
      for (const store::Change& change : changes) {
        if (change.key == row_key()) cache_.invalidate(change.key);
      }
    });
  }

  // Null before the first key.
  Result<std::shared_ptr<const KeySet>> current() const {
    using Pointer = std::shared_ptr<const KeySet>;
    return cache_.get(row_key(), [this]() -> Result<Pointer> {
      COFFER_ASSIGN(const auto row, parts_.store.get(row_key()));
      if (!row) return Pointer();
      COFFER_ASSIGN(KeySet set, read(*row));
      return std::make_shared<const KeySet>(std::move(set));
    });
  }

  Result<Time> step(Time now) {
    COFFER_ASSIGN(const auto stored, current());
    KeySet set = stored != nullptr ? *stored : KeySet();
    const bool is_first = set.keys.empty();
    const size_t dropped = drop_expired(set.keys, now);
    const bool makes_one = is_first || now >= next_due(set.keys);
    if (makes_one) {
      // Not from when the last one ends: a deployment that stood still for a year needs one key, not twelve.
      const Time active_from = is_first ? now : std::max(now + kSessionKeyNotice, ends(set.keys.back()));
      set.keys.push_back(draw_key(active_from));
    }
    if (makes_one || dropped != 0) {
      set.generation = next_generation(set.generation, now);
      COFFER_TRY(commit(set, true));
    }
    return next_step(set.keys);
  }

  Result<void> apply_state(const SessionKeysState& state) {
    COFFER_ASSIGN(KeySet arrived, set_of(state));
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      COFFER_ASSIGN(const auto stored, current());
      if (stored != nullptr && stored->generation >= state.generation) return {};
      arrived.revision = stored != nullptr ? stored->revision : 0;
      const Result<void> committed = commit(arrived, false);
      if (committed.ok() || committed.error().code != ErrorCode::kConflict) return committed;
    }
    return Error{ErrorCode::kIo, "the session keys could not be applied: their row keeps changing"};
  }

 private:
  Result<KeySet> read(const store::Row& row) const {
    SessionKeysRecord record;
    if (!record.ParseFromString(row.value) || record.keys().empty()) return damaged();
    KeySet set{row.revision, record.generation(), {}};
    for (const SessionKeysRecord::Key& key : record.keys()) {
      if (key.id().size() != kSessionKeyIdSize) return damaged();
      COFFER_ASSIGN(auto material, parts_.region_key.unwrap(key.wrapped_key(), context_of(key.id())));
      if (material.size() != crypto::kAeadKeySize) return damaged();
      set.keys.push_back(make_key(key.id(), Time(Duration(key.active_from_ms())), std::move(material)));
    }
    if (!std::ranges::is_sorted(set.keys, is_earlier)) return damaged();
    return set;
  }

  static Result<KeySet> set_of(const SessionKeysState& state) {
    KeySet set{0, state.generation, {}};
    for (const SessionKeysState::Key& key : state.keys) {
      if (key.id.size() != kSessionKeyIdSize || key.material.size() != crypto::kAeadKeySize) break;
      set.keys.push_back(make_key(key.id, key.active_from, key.material.clone()));
    }
    const bool is_whole = !state.keys.empty() && set.keys.size() == state.keys.size();
    if (is_whole && std::ranges::is_sorted(set.keys, is_earlier)) return set;
    return Error{ErrorCode::kCorrupt, "session keys arrived that make no sense"};
  }

  SessionKeyPointer draw_key(Time active_from) {
    std::string id(kSessionKeyIdSize, '\0');
    parts_.random.fill(std::as_writable_bytes(std::span(id)));
    return std::make_shared<const SessionKey>(
        SessionKey{std::move(id), active_from, crypto::AeadKey::generate(parts_.random)});
  }

  // Counted from the time, so that the keys of a home region that lost its row win over those that the others have.
  static uint64_t next_generation(uint64_t generation, Time now) {
    return std::max(generation + 1, static_cast<uint64_t>(now.time_since_epoch().count()));
  }
  // When a key gives way to the next one.
  static Time ends(const SessionKeyPointer& key) { return key->active_from + kSessionKeyPeriod; }
  // When the next key is to be made.
  static Time next_due(const std::vector<SessionKeyPointer>& keys) { return ends(keys.back()) - kSessionKeyNotice; }
  // When all sessions are over that `keys[0]` may have sealed.
  static Time first_expires(const std::vector<SessionKeyPointer>& keys) {
    return keys[1]->active_from + kLongestSession + kGrace;
  }
  static Time next_step(const std::vector<SessionKeyPointer>& keys) {
    return keys.size() < 2 ? next_due(keys) : std::min(next_due(keys), first_expires(keys));
  }
  static size_t drop_expired(std::vector<SessionKeyPointer>& keys, Time now) {
    size_t dropped = 0;
    for (; keys.size() > 1 && now >= first_expires(keys); ++dropped)
      keys.erase(keys.begin());
    return dropped;
  }

  // In place of the set of that revision.
  Result<void> commit(const KeySet& set, bool tells_peers) {
    SessionKeysRecord record;
    record.set_generation(set.generation);
    for (const SessionKeyPointer& key : set.keys) {
      SessionKeysRecord::Key& added = *record.add_keys();
      added.set_id(key->id);
      added.set_active_from_ms(key->active_from.time_since_epoch().count());
      added.set_wrapped_key(parts_.region_key.wrap(key->key.material(), context_of(key->id), parts_.random));
    }
    store::Transaction transaction;
    transaction.preconditions.push_back({row_key(), set.revision});
    transaction.puts.push_back({row_key(), record.SerializeAsString()});
    if (tells_peers) {
      for (const Region& peer : parts_.peers) {
        transaction.puts.push_back({store::OutboxKey{peer, std::string(kOutboxKind), {}, ""}.text(),
                                    store::OutboxMark{.generation = set.generation}.encode()});
      }
    }
    COFFER_TRY(parts_.store.commit(std::move(transaction)));
    return {};
  }

  const Parts parts_;
  mutable store::RowCache<KeySet> cache_{1};
};

SessionKeys::SessionKeys(const Parts& parts) : impl_(std::make_unique<Impl>(parts)) {}
SessionKeys::~SessionKeys() = default;

Result<SessionKeyPointer> SessionKeys::sealing_key(Time now) const {
  COFFER_ASSIGN(const auto set, impl_->current());
  if (set == nullptr) return Error{ErrorCode::kServiceUnavailable, "this region has no key for session tokens yet"};
  // The first one also when a clock says that its time has not come: there is no better one.
  const auto later = std::find_if(set->keys.begin() + 1, set->keys.end(),
                                  [now](const SessionKeyPointer& key) { return key->active_from > now; });
  return *(later - 1);
}

Result<SessionKeyPointer> SessionKeys::find(std::string_view id) const {
  COFFER_ASSIGN(const auto set, impl_->current());
  if (set == nullptr) return SessionKeyPointer();
  const auto found = std::ranges::find_if(set->keys, [id](const SessionKeyPointer& key) { return key->id == id; });
  return found != set->keys.end() ? *found : SessionKeyPointer();
}

Result<Time> SessionKeys::step(Time now) {
  return impl_->step(now);
}

Result<std::optional<SessionKeysState>> SessionKeys::export_state() const {
  COFFER_ASSIGN(const auto set, impl_->current());
  if (set == nullptr) return std::optional<SessionKeysState>();
  SessionKeysState state{set->generation, {}};
  for (const SessionKeyPointer& key : set->keys)
    state.keys.push_back({key->id, key->active_from, key->key.material().clone()});
  return std::optional(std::move(state));
}

Result<void> SessionKeys::apply_state(const SessionKeysState& state) {
  return impl_->apply_state(state);
}

}  // namespace coffer::sts
