#include "sts/session_keys.h"

#include <algorithm>

#include "sts/session_key_rows.h"
#include "sts/session_key_states.h"

namespace coffer::sts {
namespace {

// Clocks differ, and a region that hears of a new key late still seals with the old one.
constexpr Duration kGrace = std::chrono::hours(12);
// Between two looks at whether this region has become home.
constexpr Duration kAwayStep = std::chrono::minutes(1);

// All keys there are, as the row has them.
struct KeySet {
  store::Revision revision = 0;
  uint64_t generation = 0;
  std::vector<SessionKeyPointer> keys;  // in the order in which they become active; never empty
};

}  // namespace

class SessionKeys::Impl {
 public:
  explicit Impl(const Parts& parts) : parts_(parts) {
    parts_.store.on_commit([this](store::Revision, const std::vector<store::Change>& changes) {
      for (const store::Change& change : changes) {
        if (change.key == session_keys_row()) cache_.invalidate(change.key);
      }
    });
  }

  // Null before the first key.
  Result<std::shared_ptr<const KeySet>> current() const {
    using Pointer = std::shared_ptr<const KeySet>;
    return cache_.get(session_keys_row(), [this]() -> Result<Pointer> {
      COFFER_ASSIGN(const auto row, parts_.store.get(session_keys_row()));
      if (!row) return Pointer();
      COFFER_ASSIGN(KeySet set, read(*row));
      return std::make_shared<const KeySet>(std::move(set));
    });
  }

  Result<Time> step(Time now) {
    COFFER_ASSIGN(const bool is_home, parts_.home.is_here());
    if (!is_home) return now + kAwayStep;
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
      COFFER_TRY(commit(set));
    }
    return next_step(set.keys);
  }

 private:
  Result<KeySet> read(const store::Row& row) const {
    COFFER_ASSIGN(const StoredSessionKeys stored, decode_session_keys(row.value));
    KeySet set{row.revision, stored.generation, {}};
    for (const StoredSessionKey& key : stored.keys) {
      COFFER_ASSIGN(auto material, parts_.region_key.unwrap(key.wrapped, session_key_context(key.id)));
      if (material.size() != crypto::kAeadKeySize) {
        return Error{ErrorCode::kCorrupt, "the record of the session keys is damaged"};
      }
      set.keys.push_back(std::make_shared<const SessionKey>(
          SessionKey{key.id, key.active_from, crypto::AeadKey(std::move(material))}));
    }
    return set;
  }

  SessionKeyPointer draw_key(Time active_from) {
    std::string id(kSessionKeyIdSize, '\0');
    parts_.random.fill(std::as_writable_bytes(std::span(id)));
    return std::make_shared<const SessionKey>(
        SessionKey{std::move(id), active_from, crypto::AeadKey::generate(parts_.random)});
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
  Result<void> commit(const KeySet& set) {
    // Also when the row was lost or deleted, because a key became known: the others must not ignore what comes then.
    COFFER_ASSIGN(const home::StoredState state, home::read_state(parts_.store, state_of_session_keys()));
    StoredSessionKeys stored{std::max(set.generation, state.info.stamp.generation) + 1, {}};
    for (const SessionKeyPointer& key : set.keys) {
      stored.keys.push_back({key->id, key->active_from,
                             parts_.region_key.wrap(key->key.material(), session_key_context(key->id), parts_.random)});
    }
    store::Transaction transaction;
    transaction.preconditions.push_back({session_keys_row(), set.revision});
    transaction.puts.push_back({session_keys_row(), encode(stored)});
    COFFER_TRY(parts_.home.complete({state_of_session_keys(), stored.generation, {}}, transaction));
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

}  // namespace coffer::sts
