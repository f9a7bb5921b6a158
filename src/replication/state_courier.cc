#include "replication/state_courier.h"

namespace coffer::replication {
namespace {

using home::StateAnswer;
using home::StateExport;
using home::StateVerdict;
using Kind = Delivery::Kind;

constexpr size_t kMaxKnown = 10'000;
// What the region has changes under way only if another home sends to it as well.
constexpr int kRounds = 4;

// Trouble of the link, or of this message alone.
Delivery not_sent(const Error& error) {
  if (is_link_trouble(error.code)) return {Kind::kLinkDown, error.message};
  return {Kind::kSetAside, error.message};
}

Delivery forgotten(const home::Claim& home) {
  return {Kind::kSetAside, "other regions know " + home.region.text() + " as home of identities since epoch " +
                               std::to_string(home.epoch) +
                               ", of which its store knows nothing: it was restored from a backup. Nothing is sent " +
                               "before coffer identity adopt-home --force, here or there, says whose state is to stay"};
}

}  // namespace

struct StateCourier::Shipment {
  const home::StateId id;
  const home::StateKind& kind;
  const home::Claim home;  // as this region knows it
  const store::Row& row;
};

Delivery StateCourier::deliver(const store::OutboxKey& key, const store::Row& row) {
  const home::StateKind* const kind = home::find_kind(parts_.states.kinds(), key.kind);
  if (kind == nullptr) return {Kind::kSetAside, "a mark is of kind " + key.kind + ", which is not known"};
  const home::HomeRegion& homes = parts_.states.home();
  const Result<home::Claim> home = homes.claim();
  if (!home.ok()) return store_down(home.error());
  const Result<bool> is_forgotten = homes.is_forgotten();
  if (!is_forgotten.ok()) return store_down(is_forgotten.error());
  if (*is_forgotten) return forgotten(*home);
  const Result<uint64_t> start = homes.start_of(parts_.destination);
  if (!start.ok()) return store_down(start.error());
  const Shipment shipment{{key.kind, key.account, key.name}, *kind, *home, row};
  // Another home may have sent what is not known here, and another process may have another store.
  if (*home != home_ || *start != start_) known_.clear();
  home_ = *home;
  start_ = *start;
  const bool is_home = home->region == parts_.region;
  // Marks of when this region was home are of no use any more, but for the home, which may know less.
  if (!is_home && home->region != parts_.destination) {
    const Result<Delivery> cleared = done(shipment);
    return cleared.ok() ? *cleared : store_down(cleared.error());
  }
  const Result<Delivery> delivered = is_home ? send(shipment) : ask_home(shipment);
  if (delivered.ok()) return *delivered;
  if (is_store_trouble(delivered.error().code)) return store_down(delivered.error());
  return {Kind::kSetAside, std::string(error_name(delivered.error().code)) + ": " + delivered.error().message};
}

Result<Delivery> StateCourier::send(const Shipment& shipment) {
  const home::ExportSource source{parts_.store, shipment.kind};
  for (int round = 0; round < kRounds; ++round) {
    const auto known = known_.find(shipment.row.key);
    home::Stamp base;
    if (known != known_.end()) {
      base = known->second;
    } else {
      const Result<StateAnswer> answer = parts_.link.send(home::StateQuestion{shipment.id, shipment.home});
      if (!answer.ok()) return not_sent(answer.error());
      if (answer->verdict == StateVerdict::kOtherHome) return follow(shipment, answer->home);
      base = answer->stamp;
      remember(shipment, base);
    }
    COFFER_ASSIGN(StateExport made, home::export_state(source, shipment.id, base));
    const bool is_ahead = made.relation == StateExport::Relation::kForked && base.epoch >= shipment.home.epoch;
    if (is_ahead) {
      known_.erase(shipment.row.key);
      return Delivery{
          Kind::kSetAside,
          parts_.destination.text() +
              " knows changes that are not known here, in the home region of "
              "identities, which may have been restored from a backup. Nothing is overwritten: coffer identity "
              "adopt-home --force, here or there, says whose state is to stay"};
    }
    std::optional<StateAnswer> refusal;
    for (home::StatePart& part : made.parts) {
      part.home = shipment.home;
      const Result<StateAnswer> answer = parts_.link.send(part);
      if (!answer.ok()) {
        known_.erase(shipment.row.key);
        return not_sent(answer.error());
      }
      if (answer->verdict == StateVerdict::kOtherHome) return follow(shipment, answer->home);
      remember(shipment, answer->stamp);
      if (answer->verdict == StateVerdict::kApplied) continue;
      if (answer->verdict == StateVerdict::kOtherBase) refusal = *answer;
      break;
    }
    if (!refusal) return done(shipment);
  }
  return Delivery{Kind::kSetAside, parts_.destination.text() + " has another state each time it is asked"};
}

Result<Delivery> StateCourier::ask_home(const Shipment& shipment) {
  const Result<StateAnswer> answer = parts_.link.send(home::StateQuestion{shipment.id, shipment.home});
  if (!answer.ok()) return not_sent(answer.error());
  if (answer->verdict == StateVerdict::kOtherHome) return follow(shipment, answer->home);
  if (answer->stamp.generation != 0) return done(shipment);
  COFFER_ASSIGN(const bool is_dropped, parts_.states.drop(shipment.id, shipment.home));
  if (is_dropped) return done(shipment);
  return Delivery{
      Kind::kSetAside,
      parts_.destination.text() +
          ", the home region of identities, does not know what it has made itself: it has lost its disk, or "
          "was restored from a backup. Nothing is dropped: coffer identity adopt-home --force, here or "
          "there, says whose state is to stay"};
}

Result<Delivery> StateCourier::follow(const Shipment& shipment, const home::Claim& other) {
  known_.erase(shipment.row.key);
  COFFER_ASSIGN(const bool is_news, parts_.states.learn(other));
  if (is_news) return Delivery{};  // the mark is looked at again, with other eyes
  if (other == shipment.home) return forgotten(other);
  return Delivery{Kind::kSetAside, parts_.destination.text() + " takes " + other.region.text() +
                                       " for the home region of identities since epoch " + std::to_string(other.epoch) +
                                       ", as " + shipment.home.region.text() +
                                       " is here: coffer identity adopt-home --force in one of them ends that"};
}

void StateCourier::remember(const Shipment& shipment, const home::Stamp& stamp) {
  if (known_.size() >= kMaxKnown) known_.clear();
  known_[shipment.row.key] = stamp;
}

Result<Delivery> StateCourier::done(const Shipment& shipment) {
  COFFER_TRY(clear_mark(parts_.store, shipment.row));
  return Delivery{};
}

}  // namespace coffer::replication
