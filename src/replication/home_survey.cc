#include "replication/home_survey.h"

#include <algorithm>
#include <exception>
#include <thread>

namespace coffer::replication {
namespace {

// Who is home may change while everybody is asked.
constexpr int kRounds = 4;

Result<home::Claim> ask_one(const HomeSurvey::Peer& peer, const home::StateQuestion& question) try {
  COFFER_ASSIGN(const home::StateAnswer answer, peer.connect()->send(question));
  return answer.home;
} catch (const std::exception&) {
  return Error{ErrorCode::kInternalServiceError, peer.region.text() + " could not be asked"};
}

Error still_home(const Witness& witness) {
  return Error{ErrorCode::kConflict,
               witness.region.text() + " answers, and is home of identities since epoch " +
                   std::to_string(witness.home->epoch) + ". Nothing was changed. --force makes this region home all " +
                   "the same: changes that " + witness.region.text() + " has not sent here yet are lost then"};
}

Error does_not_say(const Witness& witness) {
  return Error{ErrorCode::kConflict,
               witness.region.text() +
                   " is there, and does not say who is home of identities: " + witness.home.error().message +
                   ". Nothing was changed. --force makes this region home all the same, " + "and if " +
                   witness.region.text() + " is home, changes that it has not sent here yet are lost then"};
}

Error was_forgotten(const home::Claim& home) {
  return Error{ErrorCode::kConflict, "other regions know " + home.region.text() +
                                         " as home of identities since epoch " + std::to_string(home.epoch) +
                                         ", of which its store knows nothing: it was restored from a backup. Nothing " +
                                         "was changed. --force here makes its state count, and what others know " +
                                         "beyond it is lost; --force in another region keeps what that one has"};
}

bool is_silent(const Witness& witness) {
  if (witness.home.ok()) return false;
  const ErrorCode code = witness.home.error().code;
  return code == ErrorCode::kIo || code == ErrorCode::kTimeout;
}

Error cannot_be_asked(const Region& home, const Region& here) {
  return Error{ErrorCode::kConflict, "no link leads from " + here.text() + " to " + home.text() +
                                         ", the home of identities, which therefore cannot be asked whether it is " +
                                         "down. Nothing was changed. --force makes this region home all the same"};
}

}  // namespace

Result<std::vector<Witness>> HomeSurvey::ask() const {
  COFFER_ASSIGN(const home::Claim claim, parts_.states.home().claim());
  // About nothing: every answer says who is home.
  const home::StateQuestion question{{std::string(parts_.states.kinds().front()->word()), {}, {}}, claim};
  std::vector<Witness> witnesses;
  const std::vector<Peer> peers = parts_.peers();
  for (const Peer& peer : peers)
    witnesses.push_back({peer.region, Error{ErrorCode::kInternalServiceError, "not asked"}});
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < witnesses.size(); ++i)
      threads.emplace_back([&, i] { witnesses[i].home = ask_one(peers[i], question); });
  }
  for (Witness& witness : witnesses) {
    if (!witness.home.ok()) continue;
    const Result<bool> learned = parts_.states.learn(*witness.home);
    if (learned.ok()) continue;
    if (learned.error().code != ErrorCode::kPermission) return learned.error();
    witness.home = learned.error();  // it names a region that this deployment does not have
  }
  return witnesses;
}

Result<Adoption> HomeSurvey::adopt(Objections objections) const {
  home::HomeRegion& home = parts_.states.home();
  for (int round = 0; round < kRounds; ++round) {
    COFFER_ASSIGN(const home::Claim before, home.claim());
    COFFER_ASSIGN(const std::vector<Witness> witnesses, ask());
    COFFER_ASSIGN(const home::Claim known, home.claim());
    if (known != before) continue;  // news: it may be that others must be asked again
    if (objections == Objections::kCount) {
      COFFER_TRY(objection(witnesses));
      if (known.region == home.region()) return Adoption{known, known};
    }
    const Result<home::Claim> now = home.adopt(known);
    if (!now.ok() && now.error().code == ErrorCode::kConflict) continue;
    if (!now.ok()) return now.error();
    parts_.log.warning("home_adopted", {{"home", now->region.text()},
                                        {"epoch", now->epoch},
                                        {"before", known.region.text()},
                                        {"forced", objections == Objections::kAreOverruled ? "yes" : "no"}});
    return Adoption{known, *now};
  }
  return Error{ErrorCode::kConflict, "who is home of identities changes all the time. Nothing was changed: try again"};
}

Result<void> HomeSurvey::objection(const std::vector<Witness>& witnesses) const {
  const home::HomeRegion& home = parts_.states.home();
  COFFER_ASSIGN(const home::Claim known, home.claim());
  COFFER_ASSIGN(const bool is_forgotten, home.is_forgotten());
  if (is_forgotten) return was_forgotten(known);
  if (known.region == home.region()) return {};
  for (const Witness& witness : witnesses) {
    if (witness.home.ok() && witness.home->region == witness.region) return still_home(witness);
    if (!witness.home.ok() && !is_silent(witness)) return does_not_say(witness);
  }
  if (std::ranges::count(witnesses, known.region, &Witness::region) > 0) return {};
  return cannot_be_asked(known.region, home.region());
}

}  // namespace coffer::replication
