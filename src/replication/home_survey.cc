#include "replication/home_survey.h"

#include <algorithm>
#include <exception>
#include <optional>
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
  for (const Peer& peer : parts_.peers)
    witnesses.push_back({peer.region, Error{ErrorCode::kIo, "not asked"}});
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < witnesses.size(); ++i)
      threads.emplace_back([&, i] { witnesses[i].home = ask_one(parts_.peers[i], question); });
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
  std::optional<home::Claim> known;
  std::vector<Witness> witnesses;
  for (int round = 0; round < kRounds; ++round) {
    COFFER_ASSIGN(const home::Claim before, home.claim());
    COFFER_ASSIGN(witnesses, ask());
    COFFER_ASSIGN(known, home.claim());
    if (*known == before) break;
  }
  if (objections == Objections::kCount) {
    if (known->region == home.region()) return Adoption{*known, *known};
    COFFER_TRY(objection(witnesses));
  }
  COFFER_ASSIGN(const home::Claim now, home.adopt());
  parts_.log.warning("home_adopted", {{"home", now.region.text()},
                                      {"epoch", now.epoch},
                                      {"before", known->region.text()},
                                      {"forced", objections == Objections::kAreOverruled ? "yes" : "no"}});
  return Adoption{*known, now};
}

Result<void> HomeSurvey::objection(const std::vector<Witness>& witnesses) const {
  COFFER_ASSIGN(const home::Claim known, parts_.states.home().claim());
  if (known.region == parts_.states.home().region()) return {};
  for (const Witness& witness : witnesses) {
    if (witness.home.ok() && witness.home->region == witness.region) return still_home(witness);
  }
  if (std::ranges::count(witnesses, known.region, &Witness::region) > 0) return {};
  return cannot_be_asked(known.region, parts_.states.home().region());
}

}  // namespace coffer::replication
