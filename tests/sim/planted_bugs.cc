#include "sim/planted_bugs.h"

#include <algorithm>

#include "regions/peer_rows.h"
#include "store/keys.h"

namespace coffer::sim {
namespace {

using replication::Applier;

// Passes everything on; a bug overrides one of them.
class Passing : public Applier {
 public:
  Passing(Applier& real, Site& at) : real_(real), at_(at) {}
  Result<void> started(const Region& peer, uint64_t start) override { return real_.started(peer, start); }
  Result<secrets::CopyAnswer> answer(const Region& primary, const secrets::CopyCheck& check) override {
    return real_.answer(primary, check);
  }
  uint64_t departures_from(const Region& primary) const override { return real_.departures_from(primary); }
  Result<std::vector<secrets::ApplyOutcome>> apply(std::vector<secrets::ReplicaState> states) override {
    std::vector<secrets::ApplyOutcome> outcomes;
    for (secrets::ReplicaState& state : states) {
      COFFER_ASSIGN(auto outcome, apply_one(std::move(state)));
      outcomes.push_back(std::move(outcome));
    }
    return outcomes;
  }
  Result<secrets::ApplyOutcome> apply(const secrets::ReplicaRemoval& removal) override { return real_.apply(removal); }
  Result<home::StateAnswer> apply(const home::StatePart& part) override { return real_.apply(part); }
  Result<home::StateAnswer> answer(const home::StateQuestion& question) override { return real_.answer(question); }
  Result<kms::KeyAnswer> apply(const kms::SharedKey& shared) override { return real_.apply(shared); }
  Result<kms::KeyAnswer> apply(const Region& from, const kms::ReplicaReport& report) override {
    return real_.apply(from, report);
  }

 protected:
  secrets::SecretPointer here(const secrets::ReplicaState& state) const {
    const auto found = at_.process->secrets.find(state.account, state.name);
    return found.ok() ? *found : nullptr;
  }

  virtual Result<secrets::ApplyOutcome> apply_one(secrets::ReplicaState state) {
    std::vector<secrets::ReplicaState> one;
    one.push_back(std::move(state));
    COFFER_ASSIGN(auto outcomes, real_.apply(std::move(one)));
    return std::move(outcomes.front());
  }

  Applier& real_;
  Site& at_;
};

// The lineage epoch is not looked at: a primary that comes back overwrites what was promoted.
class ForgetsEpochs final : public Passing {
 public:
  using Passing::apply;
  using Passing::Passing;
  Result<secrets::ApplyOutcome> apply_one(secrets::ReplicaState state) override {
    const secrets::SecretPointer mine = here(state);
    if (!mine || mine->secret.suffix != state.suffix || mine->secret.lineage_epoch <= state.lineage_epoch)
      return Passing::apply_one(std::move(state));
    // As if it were a copy still.
    secrets::Change change;
    change.secret = mine->secret;
    change.secret.description = state.description;
    const auto written = at_.process->secrets.update(state.account, state.name, [&](const secrets::SecretView&) {
      return Result(std::optional(std::move(change)));
    });
    if (!written.ok()) return written.error();
    return secrets::ApplyOutcome{};
  }
};

// AWSCURRENT moves, and AWSPREVIOUS does not.
class MovesOneLabel final : public Passing {
 public:
  using Passing::apply;
  using Passing::Passing;
  Result<secrets::ApplyOutcome> apply_one(secrets::ReplicaState state) override {
    const secrets::SecretPointer mine = here(state);
    const secrets::Version* const previous = mine ? mine->secret.version_with("AWSPREVIOUS") : nullptr;
    if (previous != nullptr) {
      for (secrets::ReplicaVersion& arrived : state.versions) {
        auto& stages = arrived.version.stages;
        std::erase(stages, "AWSPREVIOUS");
        if (arrived.version.id == previous->id) stages.push_back("AWSPREVIOUS");
      }
    }
    return Passing::apply_one(std::move(state));
  }
};

// Acknowledges before it applies, and then does not come to it.
class AcknowledgesFirst final : public Passing {
 public:
  using Passing::apply;
  using Passing::Passing;
  Result<secrets::ApplyOutcome> apply_one(secrets::ReplicaState state) override {
    if (state.generation % 5 == 0) return secrets::ApplyOutcome{};
    return Passing::apply_one(std::move(state));
  }
};

// Puts a value where values do not belong.
class TellsValues final : public Passing {
 public:
  using Passing::apply;
  using Passing::Passing;
  Result<secrets::ApplyOutcome> apply_one(secrets::ReplicaState state) override {
    for (const secrets::ReplicaVersion& version : state.versions) {
      if (version.value) state.description = std::string(version.value->view(SecretAccess("a planted bug")));
    }
    return Passing::apply_one(std::move(state));
  }
};

// Takes the newest of what arrives for the newest there is, whatever it has.
class ForgetsGenerations final : public Passing {
 public:
  using Passing::apply;
  using Passing::Passing;
  Result<secrets::ApplyOutcome> apply_one(secrets::ReplicaState state) override {
    const secrets::SecretPointer mine = here(state);
    if (mine && mine->secret.suffix == state.suffix && mine->secret.role == secrets::Role::kReplica &&
        mine->secret.generation > state.generation) {
      const auto gone = at_.process->secrets.apply_removal({.account = state.account,
                                                            .name = state.name,
                                                            .suffix = state.suffix,
                                                            .primary_region = mine->secret.primary_region,
                                                            .lineage_epoch = mine->secret.lineage_epoch});
      if (!gone.ok()) return gone.error();
    }
    return Passing::apply_one(std::move(state));
  }
};

// The home's states are taken from whoever sends them: the epoch counts for nothing.
class ForgetsHomes final : public Passing {
 public:
  using Passing::apply;
  using Passing::Passing;
  Result<home::StateAnswer> apply(const home::StatePart& part) override {
    const auto claim = at_.process->home.claim();
    if (!claim.ok()) return claim.error();
    home::StatePart taken = copy_of(part);
    if (claim->epoch > part.home.epoch) taken.home = *claim;
    return real_.apply(taken);
  }
  using Passing::answer;
  Result<home::StateAnswer> answer(const home::StateQuestion& question) override {
    const auto claim = at_.process->home.claim();
    if (!claim.ok()) return claim.error();
    home::StateQuestion asked = question;
    if (claim->epoch > question.home.epoch) asked.home = *claim;
    Result<home::StateAnswer> answer = real_.answer(asked);
    if (answer.ok()) answer->home = question.home;
    return answer;
  }

 private:
  static home::StatePart copy_of(const home::StatePart& from) {
    home::StatePart to{from.of,        from.home,     from.base, from.target, from.extent,
                       from.first_row, from.position, from.lost, {},          from.history};
    for (const home::StateRow& row : from.rows) {
      to.rows.push_back({row.name, row.value, {}});
      for (const SecretBytes& secret : row.secrets)
        to.rows.back().secrets.push_back(secret.clone());
    }
    return to;
  }
};

// A region that lost its disk says that it has everything.
class MissesNothing final : public Passing {
 public:
  using Passing::answer;
  using Passing::Passing;
  Result<secrets::CopyAnswer> answer(const Region&, const secrets::CopyCheck& check) override {
    return secrets::CopyAnswer{.verdicts = std::vector(check.copies.size(), secrets::CopyVerdict::kAsExpected)};
  }
};

// The home does not hear that a region has started.
class HearsNoStarts final : public Passing {
 public:
  using Passing::Passing;
  Result<void> started(const Region&, uint64_t) override { return {}; }
};

// A replica of a key acknowledges new material before it has it.
class CountsUnseenMaterials final : public Passing {
 public:
  using Passing::apply;
  using Passing::Passing;
  Result<kms::KeyAnswer> apply(const kms::SharedKey& shared) override {
    const auto here = at_.process->keyring.find(shared.name);
    if (!here.ok() || *here == nullptr || shared.unused_materials == 0) return real_.apply(shared);
    return kms::KeyAnswer{kms::KeyVerdict::kApplied, shared.lineage.stamp, shared.materials.size()};
  }
};

template <class Bug>
WrapApplier wrap() {
  return [](Applier& real, Site& at) { return std::make_unique<Bug>(real, at); };
}

bool is_mark(std::string_view key) {
  return store::OutboxKey::parse(key).has_value();
}

// A mark is cleared although a newer one has taken its place.
void clear_newer_marks(store::Transaction& transaction) {
  const auto clears = [&transaction](const std::string& key) {
    return std::ranges::find(transaction.deletes, key) != transaction.deletes.end();
  };
  std::erase_if(transaction.preconditions, [&](const store::Precondition& condition) {
    return condition.revision != 0 && is_mark(condition.key) && clears(condition.key);
  });
}

// A change does not tell the other regions: its mark is in no transaction, or in one of its own that a crash loses.
void forget_marks(store::Transaction& transaction) {
  if (transaction.puts.size() % 3 != 0) return;
  std::erase_if(transaction.puts, [](const store::Put& put) { return is_mark(put.key); });
}

// What was decided about other regions is not written down.
void forget_decisions(store::Transaction& transaction) {
  std::erase_if(transaction.puts, [](const store::Put& put) { return put.key.starts_with(regions::peer_family()); });
}

bool is_mark_of(const store::Put& put, std::string_view kind) {
  const auto key = store::OutboxKey::parse(put.key);
  return key && key->kind == kind;
}

// A change does not tell the copier to other accounts, or the other regions of a key.
void forget_copies(store::Transaction& transaction) {
  if (transaction.puts.size() % 3 != 0) return;
  std::erase_if(transaction.puts, [](const store::Put& put) { return is_mark_of(put, secrets::kCrossAccountMark); });
}
void forget_keys(store::Transaction& transaction) {
  std::erase_if(transaction.puts, [](const store::Put& put) { return is_mark_of(put, kms::kOutboxKind); });
}

// A copy to another account is noted, and not made.
void note_copies_only(store::Transaction& transaction) {
  const bool copies = std::ranges::any_of(transaction.deletes, [](const std::string& key) {
    return is_mark_of({key, ""}, secrets::kCrossAccountMark);
  });
  if (!copies || transaction.puts.size() < 2) return;
  std::erase_if(transaction.puts, [](const store::Put& put) { return put.key.find(kAccount.text()) == put.key.npos; });
}

// Of a transaction with many rows the last is not written.
void tear(store::Transaction& transaction) {
  if (transaction.puts.size() >= 6) transaction.puts.pop_back();
}

}  // namespace

const std::vector<PlantedBug>& planted_bugs() {
  static const std::vector<PlantedBug> bugs = {
      {.name = "mark-cleared-when-sending",
       .what = "a dirty mark is cleared when its state is sent, and not when the answer has come",
       .clears_marks_when_sending = true,
       .found_at = 1},
      {.name = "mark-cleared-though-newer",
       .what = "a dirty mark is cleared though the secret has changed while its state was on the way",
       .tamper = clear_newer_marks,
       .found_at = 739},
      {.name = "change-without-mark", .what = "some changes mark no region", .tamper = forget_marks},
      {.name = "torn-transaction",
       .what = "of a transaction with many rows the last is not written",
       .tamper = tear,
       .found_at = 1},
      {.name = "answer-before-sync",
       .what = "commits are answered before they are durable, and a crash loses the last ones",
       .answers_early = true,
       .found_at = 1},
      {.name = "epoch-not-checked",
       .what = "what arrives from before a promotion changes the promoted secret",
       .wrap_applier = wrap<ForgetsEpochs>()},
      {.name = "generation-not-checked",
       .what = "an older state that arrives late replaces a newer one",
       .wrap_applier = wrap<ForgetsGenerations>(),
       .takes_late_frames = true,
       .found_at = 7},
      {.name = "label-without-its-pair",
       .what = "a copy moves AWSCURRENT and leaves AWSPREVIOUS where it was",
       .wrap_applier = wrap<MovesOneLabel>(),
       .found_at = 1},
      {.name = "acknowledged-before-applied",
       .what = "a region acknowledges some states that it never applies",
       .wrap_applier = wrap<AcknowledgesFirst>()},
      {.name = "late-frames-taken",
       .what = "a region takes frames of link sessions that are over",
       .takes_late_frames = true,
       .found_at = 79},
      {.name = "undelivered-not-told",
       .what = "heartbeats say that a region has everything, although some of it is not delivered",
       .claims_everything = true,
       .found_at = 8},
      {.name = "replica-written", .what = "a replica takes a client's write", .writes_on_replicas = true},
      {.name = "value-in-description",
       .what = "a value is written where values do not belong, unsealed",
       .wrap_applier = wrap<TellsValues>(),
       .found_at = 1},
      {.name = "home-epoch-not-checked",
       .what = "identities are taken from a home that was left behind",
       .wrap_applier = wrap<ForgetsHomes>(),
       .found_at = 11},
      {.name = "lost-copies-not-missed",
       .what = "a region that lost its disk says that it has every copy",
       .wrap_applier = wrap<MissesNothing>(),
       .found_at = 598},
      {.name = "starts-not-heard",
       .what = "the home does not hear that a region has started, and may have lost its disk",
       .wrap_applier = wrap<HearsNoStarts>(),
       .found_at = 2},
      {.name = "owed-removals-forgotten",
       .what = "a region that was removed, and comes again, is not told which copies it has to delete",
       .forgets_owed_removals = true,
       .families = "regions",
       .found_at = 8},
      {.name = "removed-until-restart",
       .what = "after a restart the configuration says again which regions there are",
       .tamper = forget_decisions,
       .families = "regions",
       .found_at = 1},
      {.name = "newcomer-not-told",
       .what = "a region that comes again is taken to know the identities that it knew when it left",
       .trusts_old_joins = true,
       .families = "regions",
       .found_at = 173},
      {.name = "copy-across-not-marked",
       .what = "some changes of a secret do not tell the copier of its replica in another account",
       .tamper = forget_copies,
       .families = "accounts",
       .found_at = 0},
      {.name = "copy-across-not-made",
       .what = "a copy to another account is noted with its primary, and is not in the replica",
       .tamper = note_copies_only,
       .families = "accounts",
       .found_at = 1},
      {.name = "material-acknowledged-early",
       .what = "a replica of a key acknowledges new material that it does not have",
       .wrap_applier = wrap<CountsUnseenMaterials>(),
       .families = "keys",
       .found_at = 1},
      {.name = "key-change-without-mark",
       .what = "a change of a multi-region key tells no other region",
       .tamper = forget_keys,
       .families = "keys",
       .found_at = 1},
  };
  return bugs;
}

const PlantedBug* find_bug(std::string_view name) {
  const auto found = std::ranges::find(planted_bugs(), name, &PlantedBug::name);
  return found != planted_bugs().end() ? &*found : nullptr;
}

}  // namespace coffer::sim
