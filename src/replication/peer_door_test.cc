// Both ends of the link, RegionLink and PeerDoor, with a network between them that the test plays.
#include "replication/peer_door.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "replication/region_link.h"
#include "replication/testing/loopback.h"

namespace coffer::replication {
namespace {

using secrets::ApplyOutcome;
using secrets::ApplyVerdict;
using secrets::ReplicaRemoval;
using secrets::ReplicaState;
using testing::LoopbackClient;
using Weather = LoopbackClient::Weather;

const Region kEast = *Region::parse("us-east-1");
const Region kWest = *Region::parse("us-west-2");
const Region kEurope = *Region::parse("eu-west-1");

// Remembers what arrived, answers what it is told to.
class RecordingApplier final : public Applier {
 public:
  Result<std::vector<ApplyOutcome>> apply(std::vector<ReplicaState> states) override {
    if (while_applying) while_applying();
    std::vector<ApplyOutcome> outcomes;
    for (const ReplicaState& state : states) {
      applied.push_back("state " + state.name);
      COFFER_ASSIGN(auto said, answer());
      outcomes.push_back(std::move(said));
    }
    return outcomes;
  }
  Result<ApplyOutcome> apply(const ReplicaRemoval& removal) override {
    applied.push_back("removal " + removal.name);
    return answer();
  }
  Result<home::StateAnswer> apply(const home::StatePart& part) override {
    applied.push_back("part of " + part.of.kind);
    COFFER_TRY(answer());
    return home::StateAnswer{home::StateVerdict::kThere, part.target, part.home};
  }
  Result<home::StateAnswer> answer(const home::StateQuestion& question) override {
    applied.push_back("question about " + question.of.kind);
    COFFER_TRY(answer());
    return home::StateAnswer{home::StateVerdict::kThere, {1, 2, 3}, question.home};
  }

  Result<secrets::CopyAnswer> answer(const Region& primary, const secrets::CopyCheck& check) override {
    applied.push_back("check of " + primary.text());
    COFFER_TRY(answer());
    return secrets::CopyAnswer{.verdicts = std::vector(check.copies.size(), secrets::CopyVerdict::kMissing),
                               .accesses_to = check.accesses_after + 1};
  }
  uint64_t departures_from(const Region& primary) const override { return primary == kEast ? 3 : 0; }
  Result<void> started(const Region& peer, uint64_t start) override {
    starts.push_back(peer.text() + " " + std::to_string(start));
    COFFER_TRY(answer());
    return {};
  }
  Result<kms::KeyAnswer> apply(const kms::SharedKey& shared) override {
    applied.push_back("key of " + shared.lineage.primary.text());
    COFFER_TRY(answer());
    return kms::KeyAnswer{kms::KeyVerdict::kApplied, shared.lineage.stamp, shared.materials.size()};
  }
  Result<kms::KeyAnswer> apply(const Region& from, const kms::ReplicaReport& report) override {
    applied.push_back("report of " + from.text());
    COFFER_TRY(answer());
    return kms::KeyAnswer{kms::KeyVerdict::kNoted, report.stamp, 0};
  }

  std::vector<std::string> applied;
  std::vector<std::string> starts;
  std::function<void()> while_applying;
  ApplyOutcome outcome;
  std::optional<Error> failure;

 private:
  Result<ApplyOutcome> answer() const {
    if (failure) return *failure;
    return outcome;
  }
};

ReplicaState state(const Region& from) {
  ReplicaState state;
  state.account = *AccountId::parse("123456789012");
  state.name = "db";
  state.suffix = "a1B2c3";
  state.primary_region = from;
  state.lineage_epoch = 1;
  state.generation = 1;
  return state;
}

Result<ApplyOutcome> send(Link& link, const ReplicaState& state) {
  COFFER_ASSIGN(auto outcomes, link.send(std::span(&state, 1)));
  return std::move(outcomes.front());
}

ReplicaRemoval removal(const Region& from) {
  return {*AccountId::parse("123456789012"), "db", "a1B2c3", from, 1};
}

const home::StateId kIdentities{"identities", *AccountId::parse("123456789012"), ""};

home::StatePart part(const Region& from) {
  home::StatePart part;
  part.of = kIdentities;
  part.home = {from, 2};
  part.target = {4, 2, 77};
  part.rows.push_back({"", "main", {}});
  return part;
}

// Of which the east is the primary, since Europe has handed it over.
kms::SharedKey shared_key() {
  kms::SharedKey key;
  key.name = {*AccountId::parse("123456789012"), "mrk-" + std::string(32, '1')};
  key.lineage.primary = kEast;
  key.lineage.former = kEurope;
  key.lineage.stamp = {2, 5};
  key.materials.push_back({kms::first_material_id(key.name), Time{}, kms::MaterialCause::kCreation,
                           SecretBytes::copy_of(std::string(32, 'm'))});
  return key;
}

// us-west-2 receives, us-east-1 and eu-west-1 send.
class PeerDoorTest : public ::testing::Test {
 protected:
  PeerDoorTest() { restart(); }
  ~PeerDoorTest() override {
    workers_.reset();
    ::close(null_);
  }

  void restart() {
    workers_.reset();
    workers_ = std::make_unique<WorkerPool>(2, 8);
    door_ = std::make_unique<PeerDoor>(PeerDoor::Parts{.applier = applier_,
                                                       .lags = lags_,
                                                       .workers = *workers_,
                                                       .random = random_,
                                                       .log = log_,
                                                       .regions = regions_,
                                                       .start = 7});
    handler_ = door_.get();
  }

  struct Sender {
    LoopbackClient* network;
    std::unique_ptr<RegionLink> link;
  };
  Sender sender(std::string peer_name) {
    auto client = std::make_unique<LoopbackClient>(handler_, std::move(peer_name));
    LoopbackClient* network = client.get();
    return {network, std::make_unique<RegionLink>(std::move(client),
                                                  RegionLink::Ends{kWest, std::chrono::seconds(1), ++starts_})};
  }

  const int null_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ManualClock clock_{Time(std::chrono::hours(480'000))};
  const Log log_{clock_, null_, LogLevel::kError};
  SeededRandom random_{7};
  const RegionList regions_{kWest, {kEast, kEurope}};
  RecordingApplier applier_;
  secrets::ReplicaLags lags_{clock_};
  std::unique_ptr<WorkerPool> workers_;
  std::unique_ptr<PeerDoor> door_;
  net::Handler* handler_ = nullptr;
  uint64_t starts_ = 40;
};

// The ordinary course, for each kind of message.
TEST_F(PeerDoorTest, MessagesAreAppliedAndTheVerdictComesBack) {
  Sender east = sender("us-east-1");
  applier_.outcome = {ApplyVerdict::kNameTaken, {}, "taken"};
  const auto outcome = send(*east.link, state(kEast));
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(outcome->verdict, ApplyVerdict::kNameTaken);
  EXPECT_EQ(outcome->message, "taken");
  EXPECT_TRUE(east.link->send(removal(kEast)).ok());
  const auto there = east.link->send(part(kEast));
  ASSERT_TRUE(there.ok()) << there.error().message;
  EXPECT_EQ(there->verdict, home::StateVerdict::kThere);
  EXPECT_EQ(there->stamp, (home::Stamp{4, 2, 77}));
  EXPECT_EQ(there->home, (home::Claim{kEast, 2}));
  EXPECT_EQ(east.link->send(home::StateQuestion{kIdentities, {kEast, 1}})->stamp, (home::Stamp{1, 2, 3}));
  EXPECT_EQ(applier_.applied,
            (std::vector<std::string>{"state db", "removal db", "part of identities", "question about identities"}));
}

// A region that was broken into must not be able to overwrite secrets of others, or to speak as the home of identities.
TEST_F(PeerDoorTest, ARegionSpeaksForItsOwnSecretsOnly) {
  Sender europe = sender("eu-west-1");
  EXPECT_EQ(send(*europe.link, state(kEast)).error().code, ErrorCode::kPermission);
  EXPECT_EQ(europe.link->send(removal(kEast)).error().code, ErrorCode::kPermission);
  EXPECT_EQ(europe.link->send(part(kEast)).error().code, ErrorCode::kPermission);
  EXPECT_TRUE(applier_.applied.empty());
  EXPECT_TRUE(europe.link->send(home::StateQuestion{kIdentities, {kEast, 1}}).ok());
  EXPECT_TRUE(send(*europe.link, state(kEurope)).ok());
}

// Of a key the primary speaks, and the one that hands it over; a replica's report is the sender's own.
TEST_F(PeerDoorTest, ARegionSpeaksForTheKeysOfWhichItIsThePrimaryAndHandsThemOver) {
  Sender east = sender("us-east-1");
  const auto answer = east.link->send(shared_key());
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->stamp, (kms::Stamp{2, 5}));
  EXPECT_EQ(answer->materials, 1U);
  Sender europe = sender("eu-west-1");
  kms::SharedKey handed_over = shared_key();
  handed_over.lineage.primary = kWest;
  EXPECT_TRUE(europe.link->send(handed_over).ok());
  // It has no say any more in what the next primary tells its replicas.
  EXPECT_EQ(europe.link->send(shared_key()).error().code, ErrorCode::kPermission);
  kms::SharedKey others = shared_key();
  others.lineage.former = Region();
  EXPECT_EQ(europe.link->send(others).error().code, ErrorCode::kPermission);
  EXPECT_EQ(europe.link->send(kms::ReplicaReport{others.name, {2, 5}, 3})->verdict, kms::KeyVerdict::kNoted);
  EXPECT_EQ(applier_.applied,
            (std::vector<std::string>{"key of us-east-1", "key of us-west-2", "report of eu-west-1"}));
}

// The authority may have signed other things; no certificate and the region's own certificate count as strangers too.
TEST_F(PeerDoorTest, AnybodyElseIsTurnedAway) {
  for (const char* name : {"", "us-west-2", "ap-south-1", "us-east-1.coffer.internal"}) {
    Sender stranger = sender(name);
    EXPECT_EQ(stranger.link->greet().error().code, ErrorCode::kPermission) << name;
  }
}

// Regions come and go while the door is open.
TEST_F(PeerDoorTest, ARegionThatWasRemovedIsTurnedAwayAndOneThatWasAddedIsNot) {
  Sender east = sender("us-east-1");
  ASSERT_TRUE(send(*east.link, state(kEast)).ok());
  regions_.set_others({kEurope});
  EXPECT_EQ(east.link->greet().error().code, ErrorCode::kPermission);
  EXPECT_EQ(east.link->send(home::StateQuestion{kIdentities, {kEast, 1}}).error().code, ErrorCode::kPermission);
  regions_.set_others({kEurope, kEast});
  EXPECT_TRUE(send(*east.link, state(kEast)).ok());
}

// What a region sent in its earlier life, and was delayed, must not count in the next.
TEST_F(PeerDoorTest, ASessionFromBeforeARegionLeftIsOver) {
  Sender east = sender("us-east-1");
  ASSERT_TRUE(send(*east.link, state(kEast)).ok());
  const size_t greeted = applier_.starts.size();
  door_->end_session(kEast);
  ASSERT_TRUE(send(*east.link, state(kEast)).ok()) << "with a session of its own";
  EXPECT_EQ(applier_.starts.size(), greeted + 1);
}

// Applied or not is unknown when a store fails, so the sender must come again.
TEST_F(PeerDoorTest, AFailingStoreIsNeverAVerdict) {
  Sender east = sender("us-east-1");
  applier_.failure = Error{ErrorCode::kIo, "disk full"};
  const auto outcome = send(*east.link, state(kEast));
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, ErrorCode::kServiceUnavailable);
  EXPECT_EQ(outcome.error().message.find("disk full"), std::string::npos);
}

// One record that does not open must not stop all others.
TEST_F(PeerDoorTest, AFailureOfThisOneMessageIsToldApartFromTheWholeRegion) {
  Sender east = sender("us-east-1");
  applier_.failure = Error{ErrorCode::kCorrupt, "row 17"};
  EXPECT_EQ(send(*east.link, state(kEast)).error().code, ErrorCode::kInternalServiceError);
}

// The reason for sessions: otherwise the copy would be back for ever.
TEST_F(PeerDoorTest, AStateHeldUpInTheNetworkCannotUndoALaterRemoval) {
  Sender east = sender("us-east-1");
  ASSERT_TRUE(east.link->greet().ok());
  east.network->weather = Weather::kHeldBack;
  EXPECT_EQ(send(*east.link, state(kEast)).error().code, ErrorCode::kTimeout);
  east.network->weather = Weather::kFine;
  ASSERT_TRUE(east.link->send(removal(kEast)).ok());
  EXPECT_EQ(east.network->deliver_held_back(), 409);
  EXPECT_EQ(applier_.applied, std::vector<std::string>{"removal db"});
}

// A region that starts may have another disk than before; whoever is home must hear of it before anything is sent.
TEST_F(PeerDoorTest, EveryHelloTellsWhichProcessSpeaks) {
  Sender first = sender("us-east-1");
  ASSERT_TRUE(first.link->greet().ok());
  ASSERT_TRUE(first.link->greet().ok());
  ASSERT_TRUE(send(*sender("eu-west-1").link, state(kEurope)).ok());
  EXPECT_EQ(applier_.starts, (std::vector<std::string>{"us-east-1 41", "us-east-1 41", "eu-west-1 42"}));
  applier_.failure = Error{ErrorCode::kIo, "disk full"};
  EXPECT_EQ(first.link->greet().error().code, ErrorCode::kServiceUnavailable);
}

TEST_F(PeerDoorTest, AskedAboutCopiesItTellsWhatItHasAndWhichProcessItIs) {
  Sender east = sender("us-east-1");
  EXPECT_EQ(east.link->destination_start(), 0u);
  const secrets::CopyCheck check{{{*AccountId::parse("123456789012"), "db", "a1B2c3", 1, 5, 77}}, 40};
  const auto said = east.link->send(check);
  ASSERT_TRUE(said.ok()) << said.error().message;
  EXPECT_EQ(said->verdicts, std::vector{secrets::CopyVerdict::kMissing});
  EXPECT_EQ(said->accesses_to, 41u);
  EXPECT_EQ(east.link->destination_start(), 7u);
  EXPECT_EQ(east.link->destination_departures(), 3u) << "of those that follow the sender";
  EXPECT_EQ(applier_.applied, std::vector<std::string>{"check of us-east-1"});
}

// How old copies may be is told in the time of whoever reads them, so that no two clocks need to agree.
TEST_F(PeerDoorTest, AHeartbeatRepeatsWhatTheDoorHasToldAndBelongsToThisProcess) {
  const AccountId account = *AccountId::parse("123456789012");
  const auto lag = [&] { return lags_.lag(kEast, account, "db", clock_.stopwatch()); };
  Sender east = sender("us-east-1");
  EXPECT_EQ(east.link->destination_moment(), 0u);
  ASSERT_TRUE(east.link->send(secrets::CopyCheck{}).ok());
  const uint64_t moment = east.link->destination_moment();
  EXPECT_EQ(moment, lags_.moment());
  clock_.advance(std::chrono::milliseconds(30));
  ASSERT_TRUE(east.link->send(secrets::Heartbeat{.start = 6, .moment = moment, .behind = {}}).ok());
  EXPECT_FALSE(lag()) << "it was for the process before this one, which may have had another disk";
  ASSERT_TRUE(east.link->send(secrets::Heartbeat{.start = 7, .moment = moment, .behind = {}}).ok());
  EXPECT_EQ(lag(), Duration(30));
  EXPECT_FALSE(lags_.lag(kEurope, account, "db", clock_.stopwatch())) << "nobody speaks for another region";
  EXPECT_EQ(east.link->destination_moment(), lags_.moment()) << "every answer tells it";
}

// Restarts are daily business and must not look like failures.
TEST_F(PeerDoorTest, AReceiverThatRestartedIsGreetedAgainWithoutAnError) {
  Sender east = sender("us-east-1");
  ASSERT_TRUE(send(*east.link, state(kEast)).ok());
  restart();
  EXPECT_TRUE(send(*east.link, state(kEast)).ok());
  EXPECT_EQ(applier_.applied.size(), 2u);
}

// An operator asks who is home while the replicator sends.
TEST_F(PeerDoorTest, AQuestionEndsNoSessionAndNeedsNone) {
  Sender replicator = sender("us-east-1");
  Sender survey = sender("us-east-1");
  ASSERT_TRUE(send(*replicator.link, state(kEast)).ok());
  EXPECT_TRUE(survey.link->send(home::StateQuestion{kIdentities, {kEast, 1}}).ok());
  EXPECT_EQ(survey.network->requests, 1);
  ASSERT_TRUE(send(*replicator.link, state(kEast)).ok());
  EXPECT_EQ(replicator.network->requests, 3) << "a hello and two states";
}

TEST_F(PeerDoorTest, AQuestionIsAnsweredWhileAStateIsBeingApplied) {
  Sender replicator = sender("us-east-1");
  Sender survey = sender("us-east-1");
  bool is_answered = false;
  applier_.while_applying = [&] { is_answered = survey.link->send(home::StateQuestion{kIdentities, {kEast, 1}}).ok(); };
  ASSERT_TRUE(send(*replicator.link, state(kEast)).ok());
  EXPECT_TRUE(is_answered);
}

// One sender's sessions are no business of another's.
TEST_F(PeerDoorTest, SessionsOfTwoRegionsDoNotDisturbEachOther) {
  Sender east = sender("us-east-1");
  Sender europe = sender("eu-west-1");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(send(*east.link, state(kEast)).ok());
    ASSERT_TRUE(send(*europe.link, state(kEurope)).ok());
  }
  EXPECT_EQ(east.network->requests, 4);  // a hello and three states
  EXPECT_EQ(europe.network->requests, 4);
}

// Half of the lost answers belong to messages that were applied.
TEST_F(PeerDoorTest, ALostAnswerIsATimeoutAndSendingAgainWorks) {
  Sender east = sender("us-east-1");
  ASSERT_TRUE(east.link->greet().ok());
  east.network->weather = Weather::kAnswerLost;
  EXPECT_EQ(send(*east.link, state(kEast)).error().code, ErrorCode::kTimeout);
  east.network->weather = Weather::kFine;
  EXPECT_TRUE(send(*east.link, state(kEast)).ok());
  EXPECT_EQ(applier_.applied.size(), 2u);
}

// Monitoring asks for health; everything else here is a mistake that should say so.
TEST_F(PeerDoorTest, OnlyHealthAndReplicateExist) {
  LoopbackClient client(handler_, "us-east-1");
  EXPECT_EQ(client.call("GET", "/health", "").status, 200);
  EXPECT_EQ(client.call("POST", "/health", "").status, 405);
  EXPECT_EQ(client.call("GET", "/replicate", "").status, 404);
  EXPECT_EQ(client.call("POST", "/", "").status, 404);
  EXPECT_EQ(client.call("POST", "/replicate", "garbage").status, 400);
}

}  // namespace
}  // namespace coffer::replication
