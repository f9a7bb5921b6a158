// A link that calls the other region's applier directly and can do what networks do: refuse, lose the answer after the
// message was applied, deliver twice, and deliver late. What it delivers late it drops once the secret's removal, or
// the state of another secret of that name, has been delivered, because the real link's sessions promise that: see
// peer_door_test.cc.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "replication/link.h"
#include "replication/testing/test_region.h"

namespace coffer::replication::testing {

// States hold secrets, so they have no copy constructor.
inline secrets::ReplicaState copy(const secrets::ReplicaState& from) {
  secrets::ReplicaState to{from.account,         from.name,
                           from.suffix,          from.primary_region,
                           from.lineage_epoch,   from.generation,
                           from.state_id,        from.base_state_id,
                           from.force_overwrite, from.kms_key_id,
                           from.description,     from.tags,
                           from.tagged,          from.resource_policy,
                           from.policy_bindings, from.siblings,
                           from.foreign_replica, {}};
  for (const secrets::ReplicaVersion& version : from.versions) {
    to.versions.push_back({version.version, std::nullopt});
    if (version.value) to.versions.back().value = version.value->clone();
  }
  return to;
}

inline std::vector<secrets::ReplicaState> copy(std::span<const secrets::ReplicaState> from) {
  std::vector<secrets::ReplicaState> to;
  for (const secrets::ReplicaState& state : from)
    to.push_back(copy(state));
  return to;
}

inline home::StatePart copy(const home::StatePart& from) {
  home::StatePart to{from.of,        from.home,     from.base, from.target, from.extent,
                     from.first_row, from.position, from.lost, {},          from.history};
  for (const home::StateRow& row : from.rows) {
    to.rows.push_back({row.name, row.value, {}});
    for (const SecretBytes& secret : row.secrets)
      to.rows.back().secrets.push_back(secret.clone());
  }
  return to;
}

inline kms::SharedKey copy(const kms::SharedKey& from) {
  kms::SharedKey to{from.name, from.lineage, from.rotation, {}, from.unused_materials};
  for (const kms::SharedMaterial& material : from.materials)
    to.materials.push_back({material.id, material.created, material.cause, material.value.clone()});
  return to;
}

class FakeLink final : public Link {
 public:
  // Chances in percent, for each message.
  struct Faults {
    uint32_t lost = 0;
    uint32_t answer_lost = 0;
    uint32_t twice = 0;
    uint32_t late = 0;
  };

  // `from`: who the other region takes the sender for.
  FakeLink(TestRegion& destination, Random& random, const Region& from)
      : source(from), destination_(&destination), random_(random) {}

  // The region has started anew, on the disk of this one.
  void replace_destination(TestRegion& region) {
    destination_ = &region;
    restart_destination();
  }
  // On its own disk: what its process has counted is forgotten.
  void restart_destination() {
    ++start;
    forgotten_departures_ = destination_->applier.departures_from(source);
    departures_ = 0;
  }

  Result<void> greet() override {
    if (!up || chance(faults.lost)) return Error{ErrorCode::kIo, "connection refused"};
    return {};
  }

  Result<std::vector<secrets::ApplyOutcome>> send(std::span<const secrets::ReplicaState> states) override {
    COFFER_TRY(begin());
    bool breaks = false;
    for (const secrets::ReplicaState& state : states) {
      std::erase_if(late_, [&](const auto& late) { return late.name == state.name && late.suffix != state.suffix; });
      breaks = breaks || state.name == refuse_name;
    }
    if (breaks) return Error{ErrorCode::kIo, "connection reset"};
    if (states.size() > 1 && refuse_many) return *refuse_many;
    if (before_apply) before_apply();
    if (chance(faults.late)) {
      for (const secrets::ReplicaState& state : states)
        late_.push_back(copy(state));
      return Error{ErrorCode::kTimeout, "no answer"};
    }
    if (chance(faults.twice)) COFFER_TRY(destination_->applier.apply(copy(states)));
    COFFER_ASSIGN(auto outcomes, destination_->applier.apply(copy(states)));
    COFFER_TRY(end());
    return outcomes;
  }

  Result<secrets::ApplyOutcome> send(const secrets::ReplicaRemoval& removal) override {
    COFFER_TRY(begin());
    std::erase_if(late_, [&](const auto& state) { return state.name == removal.name; });
    if (refuse_removals) return Error{ErrorCode::kIo, "connection reset"};
    if (chance(faults.twice)) COFFER_TRY(destination_->applier.apply(removal));
    COFFER_ASSIGN(auto outcome, destination_->applier.apply(removal));
    COFFER_TRY(end());
    return outcome;
  }

  Result<home::StateAnswer> send(const home::StatePart& part) override {
    COFFER_TRY(begin());
    if (chance(faults.late)) {
      late_parts_.push_back(copy(part));
      return Error{ErrorCode::kTimeout, "no answer"};
    }
    if (chance(faults.twice)) COFFER_TRY(destination_->applier.apply(part));
    COFFER_ASSIGN(auto answer, destination_->applier.apply(part));
    COFFER_TRY(end());
    return answer;
  }

  Result<home::StateAnswer> send(const home::StateQuestion& question) override {
    COFFER_TRY(begin());
    COFFER_ASSIGN(auto answer, destination_->applier.answer(question));
    COFFER_TRY(end());
    return answer;
  }

  Result<secrets::CopyAnswer> send(const secrets::CopyCheck& check) override {
    if (!up) return Error{ErrorCode::kIo, "connection refused"};
    if (refusal) return *refusal;
    ++checks;
    if (chance(faults.lost)) return Error{ErrorCode::kIo, "connection reset"};
    auto answer = destination_->applier.answer(source, check);
    if (answer.ok() && forgets_reads && check.copies.empty()) {
      answer->accesses.clear();
      answer->are_accesses_lost = true;
    }
    if (after_check) after_check();
    COFFER_TRY(end());
    return answer;
  }
  uint64_t destination_start() const override { return start; }
  uint64_t destination_moment() const override { return moment_; }
  uint64_t destination_departures() const override { return departures_; }

  Result<void> send(const secrets::Heartbeat& heartbeat) override {
    if (!up || chance(faults.lost)) return Error{ErrorCode::kIo, "connection refused"};
    if (refusal) return *refusal;
    if (chance(faults.late)) {
      late_heartbeats_.push_back(heartbeat);
      return Error{ErrorCode::kTimeout, "no answer"};
    }
    if (heartbeat.start == start) destination_->lags.heard(source, heartbeat);
    if (!late_heartbeats_.empty() && chance(50)) {
      const secrets::Heartbeat late = take_one(late_heartbeats_);
      if (late.start == start) destination_->lags.heard(source, late);
    }
    ++heartbeats;
    return end();
  }

  Result<kms::KeyAnswer> send(const kms::SharedKey& shared) override {
    COFFER_TRY(begin());
    if (before_apply) before_apply();
    if (chance(faults.late)) {
      late_keys_.push_back(copy(shared));
      return Error{ErrorCode::kTimeout, "no answer"};
    }
    if (chance(faults.twice)) COFFER_TRY(destination_->applier.apply(shared));
    COFFER_ASSIGN(auto answer, destination_->applier.apply(shared));
    COFFER_TRY(end());
    return answer;
  }

  Result<kms::KeyAnswer> send(const kms::ReplicaReport& report) override {
    COFFER_TRY(begin());
    if (before_apply) before_apply();
    if (chance(faults.late)) {
      late_reports_.push_back(report);
      return Error{ErrorCode::kTimeout, "no answer"};
    }
    if (chance(faults.twice)) COFFER_TRY(destination_->applier.apply(source, report));
    COFFER_ASSIGN(auto answer, destination_->applier.apply(source, report));
    COFFER_TRY(end());
    return answer;
  }

  const Region source;
  uint64_t start = 1;  // of the destination's process
  int checks = 0;
  int heartbeats = 0;
  std::function<void()> after_check;  // something that happens while its answer is on its way
  bool forgets_reads = false;         // which it would tell of to a check without copies
  bool up = true;
  std::optional<Error> refusal;  // what the region says to everything
  Faults faults;
  std::function<void()> before_apply;  // something that happens while the message is on its way
  std::string refuse_name;             // a secret whose states break the connection
  bool refuse_removals = false;        // break the connection
  std::optional<Error> refuse_many;    // what the region says to several states at once
  int tried = 0;
  int sent = 0;  // of those: that left

 private:
  bool chance(uint32_t percent) { return percent > 0 && random_.uniform(100) < percent; }

  Result<void> begin() {
    ++tried;
    if (!up || chance(faults.lost)) return Error{ErrorCode::kIo, "connection refused"};
    if (refusal) return *refusal;
    ++sent;
    COFFER_TRY(deliver_late_part());
    COFFER_TRY(deliver_late_keys());
    if (!late_.empty() && chance(50)) {
      const size_t index = random_.uniform(static_cast<uint32_t>(late_.size()));
      secrets::ReplicaState state = std::move(late_[index]);
      late_.erase(late_.begin() + static_cast<ptrdiff_t>(index));
      COFFER_TRY(destination_->applier.apply(copy(std::span(&state, 1))));
    }
    return {};
  }

  // States of the home need no sessions: late ones come at any time.
  Result<void> deliver_late_part() {
    if (late_parts_.empty() || !chance(50)) return {};
    const size_t index = random_.uniform(static_cast<uint32_t>(late_parts_.size()));
    const home::StatePart part = std::move(late_parts_[index]);
    late_parts_.erase(late_parts_.begin() + static_cast<ptrdiff_t>(index));
    COFFER_TRY(destination_->applier.apply(part));
    return {};
  }

  // Nor do keys.
  Result<void> deliver_late_keys() {
    if (!late_keys_.empty() && chance(50)) {
      COFFER_TRY(destination_->applier.apply(take_one(late_keys_)));
    }
    if (!late_reports_.empty() && chance(50)) {
      COFFER_TRY(destination_->applier.apply(source, take_one(late_reports_)));
    }
    return {};
  }

  template <class T>
  T take_one(std::vector<T>& from) {
    const size_t index = random_.uniform(static_cast<uint32_t>(from.size()));
    T taken = std::move(from[index]);
    from.erase(from.begin() + static_cast<ptrdiff_t>(index));
    return taken;
  }

  Result<void> end() {
    if (chance(faults.answer_lost)) return Error{ErrorCode::kTimeout, "no answer"};
    moment_ = destination_->lags.moment();
    departures_ = destination_->applier.departures_from(source) - forgotten_departures_;
    return {};
  }

  TestRegion* destination_;
  Random& random_;
  uint64_t moment_ = 0;
  uint64_t departures_ = 0;
  uint64_t forgotten_departures_ = 0;
  std::vector<secrets::Heartbeat> late_heartbeats_;
  std::vector<secrets::ReplicaState> late_;
  std::vector<home::StatePart> late_parts_;
  std::vector<kms::SharedKey> late_keys_;
  std::vector<kms::ReplicaReport> late_reports_;
};

}  // namespace coffer::replication::testing
