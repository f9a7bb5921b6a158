#include "replication/link_codec.h"

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "replication/frame.h"
#include "replication/link.pb.h"

namespace coffer::replication {
namespace {

using secrets::ApplyVerdict;
using secrets::ReplicaState;
using secrets::ReplicaVersion;
using secrets::ValueKind;

constexpr uint64_t kSession = 0xfedcba9876543210;
constexpr std::string_view kCanary = "canary-correct-horse-battery-staple";

std::string_view text(const SecretBytes& secret) {
  return secret.view(SecretAccess("test"));
}

VersionId version_id(char c) {
  return *VersionId::parse(std::string(32, c));
}

ReplicaVersion version(char c, std::vector<std::string> stages, std::optional<std::string_view> value) {
  ReplicaVersion result;
  result.version.id = version_id(c);
  result.version.stages = std::move(stages);
  result.version.created = Time(std::chrono::milliseconds(1'700'000'000'123));
  result.version.kind = ValueKind::kString;
  result.version.generation = 3;
  if (value) result.value = SecretBytes::copy_of(*value);
  return result;
}

ReplicaState state() {
  ReplicaState state;
  state.account = *AccountId::parse("123456789012");
  state.name = "prod/db";
  state.suffix = "a1B2c3";
  state.primary_region = *Region::parse("us-east-1");
  state.lineage_epoch = 2;
  state.generation = 7;
  state.force_overwrite = true;
  state.kms_key_id = "alias/aws/secretsmanager";
  state.description = "the d\xc3\xa4tabase";
  state.tags = {{"team", "core"}, {"empty", ""}};
  state.tagged = true;
  state.resource_policy = R"({"Version":"2012-10-17","Statement":[]})";
  state.policy_bindings = {{"arn:aws:iam::123456789012:role/reader", "AROAAAAAAAAAAAAAAAAAA"}};
  state.siblings = {{*Region::parse("us-east-1"), "alias/east", false}, {*Region::parse("eu-west-1"), "", false}};
  state.foreign_replica = "arn:aws:secretsmanager:us-east-1:210987654321:secret:copy-AbCdEf";
  state.versions.push_back(version('a', {}, std::nullopt));
  state.versions.push_back(version('b', {"AWSPREVIOUS"}, kCanary));
  state.versions.push_back(version('c', {"AWSCURRENT", "blue"}, "second\0value"));
  return state;
}

Result<SecretBuffer> encode_one(const ReplicaState& state) {
  return encode(kSession, std::span(&state, 1));
}

home::StatePart part() {
  home::StatePart part;
  part.of = {"identities", *AccountId::parse("123456789012"), ""};
  part.home = {*Region::parse("us-east-1"), 3};
  part.base = {4, 2, 0xfedcba9876543210};
  part.target = {6, 3, 17};
  part.extent = home::Extent::kWhole;
  part.first_row = 12;
  part.position = home::Position::kNotLast;
  part.lost = 2;
  part.rows.push_back({"", "main", {}});
  part.rows.push_back({std::string("u\0alice", 7), std::string("rec\0ord", 7), {}});
  part.rows.back().secrets.push_back(SecretBytes::copy_of(kCanary));
  part.rows.back().secrets.push_back(SecretBytes::copy_of("second"));
  part.rows.push_back({std::string("u\0bob", 5), std::nullopt, {}});
  part.history = {{{5, 3, 1}, {std::string("u\0bob", 5)}}, {{6, 3, 17}, {}}};
  return part;
}

home::StateQuestion question() {
  return {{"organization", {}, "o-abcdefghij"}, {*Region::parse("eu-west-1"), 1}};
}

secrets::ReplicaRemoval removal() {
  return {*AccountId::parse("123456789012"), "prod/db", "a1B2c3", *Region::parse("us-east-1"), 5};
}

SecretBuffer frame_of(const wire::RequestHeader& header, std::string_view tail = {}) {
  SecretBuffer frame = *begin_frame(header, tail.size());
  frame.append(tail);
  return frame;
}

wire::RequestHeader header_of(const SecretBuffer& frame) {
  wire::RequestHeader header;
  EXPECT_TRUE(open_frame(frame.view(), header).ok());
  return header;
}

std::string_view tail_of(const SecretBuffer& frame) {
  wire::RequestHeader header;
  return *open_frame(frame.view(), header);
}

// A replica must become exactly what its primary is.
TEST(LinkCodec, AStateArrivesAsItWasSent) {
  const ReplicaState sent = state();
  const SecretBuffer frame = *encode_one(sent);
  Result<Message> message = decode_message(frame.view());
  ASSERT_TRUE(message.ok()) << message.error().message;
  EXPECT_EQ(message->session, kSession);
  const ReplicaState& got = std::get<std::vector<ReplicaState>>(message->body).front();
  EXPECT_EQ(got.account, sent.account);
  EXPECT_EQ(got.name, sent.name);
  EXPECT_EQ(got.suffix, sent.suffix);
  EXPECT_EQ(got.primary_region, sent.primary_region);
  EXPECT_EQ(got.lineage_epoch, sent.lineage_epoch);
  EXPECT_EQ(got.generation, sent.generation);
  EXPECT_EQ(got.force_overwrite, sent.force_overwrite);
  EXPECT_EQ(got.kms_key_id, sent.kms_key_id);
  EXPECT_EQ(got.description, sent.description);
  EXPECT_EQ(got.tags, sent.tags);
  EXPECT_EQ(got.tagged, sent.tagged);
  EXPECT_EQ(got.resource_policy, sent.resource_policy);
  EXPECT_EQ(got.policy_bindings, sent.policy_bindings);
  EXPECT_EQ(got.foreign_replica, sent.foreign_replica);
  ASSERT_EQ(got.siblings.size(), sent.siblings.size());
  for (size_t i = 0; i < got.siblings.size(); ++i) {
    EXPECT_EQ(got.siblings[i].region, sent.siblings[i].region);
    EXPECT_EQ(got.siblings[i].kms_key_id, sent.siblings[i].kms_key_id);
  }
  ASSERT_EQ(got.versions.size(), sent.versions.size());
  for (size_t i = 0; i < got.versions.size(); ++i) {
    const ReplicaVersion& a = got.versions[i];
    const ReplicaVersion& b = sent.versions[i];
    EXPECT_EQ(a.version.id, b.version.id);
    EXPECT_EQ(a.version.stages, b.version.stages);
    EXPECT_EQ(a.version.created, b.version.created);
    EXPECT_EQ(a.version.kind, b.version.kind);
    EXPECT_EQ(a.version.generation, b.version.generation);
    ASSERT_EQ(a.value.has_value(), b.value.has_value());
    if (a.value) {
      EXPECT_EQ(text(*a.value), text(*b.value));
    }
  }
}

// Their values follow one another in the tail: each must find its own.
TEST(LinkCodec, ManyStatesArriveTogether) {
  std::vector<ReplicaState> sent;
  for (const std::string name : {"a", "b", "c"}) {
    sent.push_back(state());
    sent.back().name = name;
    sent.back().versions.push_back(version('d', {}, "value of " + name));
  }
  const SecretBuffer frame = *encode(kSession, sent);
  const Result<Message> message = decode_message(frame.view());
  ASSERT_TRUE(message.ok()) << message.error().message;
  const auto& got = std::get<std::vector<ReplicaState>>(message->body);
  ASSERT_EQ(got.size(), 3U);
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].name, sent[i].name);
    EXPECT_EQ(text(*got[i].versions.back().value), "value of " + sent[i].name);
  }
}

// They are applied in one transaction, in which two of one name would write the same rows.
TEST(LinkCodec, NoneTwiceOneSecretAndTooManyAreRefused) {
  wire::RequestHeader header = header_of(*encode_one(state()));
  header.mutable_secret_states()->clear_states();
  EXPECT_EQ(decode_message(frame_of(header).view()).error().code, ErrorCode::kCorrupt);

  std::vector<ReplicaState> states;
  for (int i = 0; i < 2; ++i)
    states.push_back(state());
  EXPECT_EQ(decode_message(encode(kSession, states)->view()).error().code, ErrorCode::kCorrupt);
  states[1].account = *AccountId::parse("210987654321");
  EXPECT_TRUE(decode_message(encode(kSession, states)->view()).ok());

  while (states.size() <= kMaxStates) {
    states.push_back(state());
    states.back().name = std::to_string(states.size());
  }
  EXPECT_EQ(encode(kSession, states).error().code, ErrorCode::kUsage);
  states.pop_back();
  const SecretBuffer most = *encode(kSession, states);
  EXPECT_TRUE(decode_message(most.view()).ok());
  header = header_of(most);
  wire::SecretState& another = *header.mutable_secret_states()->add_states();
  another = header.secret_states().states(1);
  another.set_name("one more");
  const std::string tail(tail_of(most));
  EXPECT_EQ(decode_message(frame_of(header, tail + tail).view()).error().code, ErrorCode::kCorrupt);
}

TEST(LinkCodec, AQuestionAboutCopiesAndItsAnswerArriveAsTheyWereSent) {
  const secrets::ExpectedCopy copy{*AccountId::parse("123456789012"), "prod/db", "a1B2c3", 2, 5, 1ULL << 63U};
  Result<Message> message = decode_message(encode(secrets::CopyCheck{{copy, copy}, 12})->view());
  ASSERT_TRUE(message.ok()) << message.error().message;
  EXPECT_EQ(std::get<secrets::CopyCheck>(message->body).accesses_after, 12u);
  EXPECT_EQ(std::get<secrets::CopyCheck>(message->body).copies, (std::vector{copy, copy}));
  EXPECT_TRUE(std::get<secrets::CopyCheck>(decode_message(encode(secrets::CopyCheck{})->view())->body).copies.empty());
  for (const auto& spoil : std::initializer_list<void (*)(secrets::ExpectedCopy&)>{
           [](secrets::ExpectedCopy& bad) { bad.name = "a b"; }, [](secrets::ExpectedCopy& bad) { bad.name.clear(); },
           [](secrets::ExpectedCopy& bad) { bad.suffix = "short"; },
           [](secrets::ExpectedCopy& bad) { bad.lineage_epoch = 0; },
           [](secrets::ExpectedCopy& bad) { bad.generation = 0; }}) {
    secrets::ExpectedCopy bad = copy;
    spoil(bad);
    EXPECT_EQ(decode_message(encode(secrets::CopyCheck{{bad}})->view()).error().code, ErrorCode::kCorrupt);
  }
  const secrets::CopyCheck too_many{std::vector(kMaxCheckedCopies + 1, copy)};
  EXPECT_EQ(decode_message(encode(too_many)->view()).error().code, ErrorCode::kCorrupt);

  using secrets::CopyVerdict;
  Answer answer;
  answer.copies.verdicts = {CopyVerdict::kAsExpected, CopyVerdict::kMissing, CopyVerdict::kOther, CopyVerdict::kOlder,
                            CopyVerdict::kAhead};
  const Time day = *parse_iso_basic("20261124T000000Z");
  const secrets::CopyAccess access{copy.account, copy.name, copy.suffix, day};
  answer.copies.accesses = {access, access};
  answer.copies.accesses_to = UINT64_MAX;
  answer.copies.are_accesses_lost = true;
  answer.outcomes.resize(2);
  answer.outcomes.back().accessed = day;
  answer.start = 77;
  answer.moment = 1ULL << 63U;
  answer.departures = 12;
  const Result<Answer> arrived = decode_answer(encode(answer).view());
  ASSERT_TRUE(arrived.ok());
  EXPECT_EQ(arrived->copies.verdicts, answer.copies.verdicts);
  EXPECT_EQ(arrived->copies.accesses, answer.copies.accesses);
  EXPECT_EQ(arrived->copies.accesses_to, UINT64_MAX);
  EXPECT_TRUE(arrived->copies.are_accesses_lost);
  EXPECT_FALSE(arrived->outcomes.front().accessed);
  EXPECT_EQ(arrived->outcomes.back().accessed, day);
  EXPECT_EQ(arrived->start, 77u);
  EXPECT_EQ(arrived->moment, 1ULL << 63U);
  EXPECT_EQ(arrived->departures, 12u);
}

TEST(LinkCodec, AnAnswerAboutReadsIsWithinLimits) {
  const secrets::CopyAccess access{*AccountId::parse("123456789012"), "prod/db", "a1B2c3", {}};
  for (const auto& spoil : std::initializer_list<void (*)(std::vector<secrets::CopyAccess>&)>{
           [](auto& bad) { bad.front().name = "a b"; }, [](auto& bad) { bad.front().suffix = "short"; },
           [](auto& bad) { bad.front().day = Time(std::chrono::hours(24 * 366 * 8100)); },
           [](auto& bad) { bad.resize(kMaxCheckedCopies + 1, bad.front()); }}) {
    Answer answer;
    answer.copies.accesses = {access};
    EXPECT_TRUE(decode_answer(encode(answer).view()).ok());
    spoil(answer.copies.accesses);
    const auto arrived = decode_answer(encode(answer).view());
    ASSERT_FALSE(arrived.ok());
    EXPECT_EQ(arrived.error().code, ErrorCode::kCorrupt);
  }
}

secrets::Heartbeat heartbeat() {
  const AccountId account = *AccountId::parse("123456789012");
  return {.start = 1ULL << 63U,
          .moment = UINT64_MAX,
          .undelivered = std::chrono::microseconds(1'500'000),
          .behind = {{account, "prod/db"}, {account, "prod/mail"}}};
}

TEST(LinkCodec, AHeartbeatArrivesAsItWasSent) {
  Result<Message> message = decode_message(encode(heartbeat())->view());
  ASSERT_TRUE(message.ok()) << message.error().message;
  const auto& got = std::get<secrets::Heartbeat>(message->body);
  EXPECT_EQ(got.start, heartbeat().start);
  EXPECT_EQ(got.moment, heartbeat().moment);
  EXPECT_EQ(got.undelivered, heartbeat().undelivered);
  EXPECT_EQ(got.behind, heartbeat().behind);
  EXPECT_EQ(message->session, 0u);
}

// Of another region's numbers a lag is made, which clients are told.
TEST(LinkCodec, AHeartbeatOutsideItsLimitsIsRefused) {
  for (const auto& spoil : std::initializer_list<void (*)(secrets::Heartbeat&)>{
           [](secrets::Heartbeat& bad) { bad.start = 0; }, [](secrets::Heartbeat& bad) { bad.moment = 0; },
           [](secrets::Heartbeat& bad) { bad.undelivered = std::chrono::hours(876'001); },
           [](secrets::Heartbeat& bad) { bad.undelivered = std::chrono::microseconds(-1); },
           [](secrets::Heartbeat& bad) { bad.behind.front().name = "a b"; },
           [](secrets::Heartbeat& bad) { bad.behind.front().account = AccountId(); },
           [](secrets::Heartbeat& bad) { std::swap(bad.behind[0], bad.behind[1]); },
           [](secrets::Heartbeat& bad) { bad.behind.assign(kMaxBehind + 1, bad.behind[0]); }}) {
    secrets::Heartbeat bad = heartbeat();
    spoil(bad);
    EXPECT_EQ(decode_message(encode(bad)->view()).error().code, ErrorCode::kCorrupt);
  }
}

// The small messages travel in the same frames.
TEST(LinkCodec, RemovalAndHelloArriveAsTheyWereSent) {
  Result<Message> message = decode_message(encode(kSession, removal())->view());
  ASSERT_TRUE(message.ok()) << message.error().message;
  const auto& gone = std::get<secrets::ReplicaRemoval>(message->body);
  EXPECT_EQ(gone.account, removal().account);
  EXPECT_EQ(gone.name, removal().name);
  EXPECT_EQ(gone.suffix, removal().suffix);
  EXPECT_EQ(gone.primary_region, removal().primary_region);
  EXPECT_EQ(gone.lineage_epoch, removal().lineage_epoch);

  message = decode_message(encode(0, Hello{7})->view());
  ASSERT_TRUE(message.ok()) << message.error().message;
  EXPECT_EQ(std::get<Hello>(message->body).start, 7u);
  EXPECT_EQ(decode_message(encode(0, Hello{})->view()).error().code, ErrorCode::kCorrupt);
}

// Regions with equal stamps must have equal rows.
TEST(LinkCodec, APartOfAStateArrivesAsItWasSent) {
  const home::StatePart sent = part();
  Result<Message> message = decode_message(encode(kSession, sent)->view());
  ASSERT_TRUE(message.ok()) << message.error().message;
  const auto& got = std::get<home::StatePart>(message->body);
  EXPECT_EQ(got.of, sent.of);
  EXPECT_EQ(got.home, sent.home);
  EXPECT_EQ(got.base, sent.base);
  EXPECT_EQ(got.target, sent.target);
  EXPECT_EQ(got.extent, sent.extent);
  EXPECT_EQ(got.first_row, sent.first_row);
  EXPECT_EQ(got.position, sent.position);
  EXPECT_EQ(got.lost, sent.lost);
  ASSERT_EQ(got.rows.size(), sent.rows.size());
  for (size_t i = 0; i < got.rows.size(); ++i) {
    EXPECT_EQ(got.rows[i].name, sent.rows[i].name);
    EXPECT_EQ(got.rows[i].value, sent.rows[i].value);
    ASSERT_EQ(got.rows[i].secrets.size(), sent.rows[i].secrets.size());
    for (size_t j = 0; j < got.rows[i].secrets.size(); ++j)
      EXPECT_EQ(text(got.rows[i].secrets[j]), text(sent.rows[i].secrets[j]));
  }
  ASSERT_EQ(got.history.size(), sent.history.size());
  for (size_t i = 0; i < got.history.size(); ++i) {
    EXPECT_EQ(got.history[i].stamp, sent.history[i].stamp);
    EXPECT_EQ(got.history[i].erased, sent.history[i].erased);
  }
}

TEST(LinkCodec, AQuestionAndItsAnswerArriveAsTheyWereSent) {
  Result<Message> message = decode_message(encode(question())->view());
  ASSERT_TRUE(message.ok()) << message.error().message;
  EXPECT_EQ(std::get<home::StateQuestion>(message->body).of, question().of);
  EXPECT_EQ(std::get<home::StateQuestion>(message->body).home, question().home);

  Answer answer;
  answer.state = home::StateAnswer{home::StateVerdict::kOtherHome, {1, 2, 3}, {*Region::parse("eu-west-1"), 9}};
  const Result<Answer> got = decode_answer(encode(answer).view());
  ASSERT_TRUE(got.ok() && got->state);
  EXPECT_EQ(got->state->verdict, answer.state->verdict);
  EXPECT_EQ(got->state->stamp, answer.state->stamp);
  EXPECT_EQ(got->state->home, answer.state->home);
}

// The verdict decides between InSync and Failed.
TEST(LinkCodec, AnAnswerArrivesAsItWasSent) {
  const Answer sent{kSession, {{ApplyVerdict::kNeedVersions, {version_id('a'), version_id('b')}, "please"}, {}}};
  const Result<Answer> got = decode_answer(encode(sent).view());
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_EQ(got->session, sent.session);
  ASSERT_EQ(got->outcomes.size(), 2U);
  EXPECT_EQ(got->outcomes[0].verdict, ApplyVerdict::kNeedVersions);
  EXPECT_EQ(got->outcomes[0].needed, sent.outcomes[0].needed);
  EXPECT_EQ(got->outcomes[0].message, "please");
  EXPECT_EQ(got->outcomes[1].verdict, ApplyVerdict::kApplied);

  Answer fenced{0, {{ApplyVerdict::kFenced, {}, ""}}};
  fenced.outcomes[0].successor = {*Region::parse("eu-west-1"), 3};
  EXPECT_EQ(decode_answer(encode(fenced).view())->outcomes[0].successor, fenced.outcomes[0].successor);
}

// Protobuf strings are not wiped, so no secret may ever be in one.
TEST(LinkCodec, NoSecretStandsInTheHeader) {
  for (const SecretBuffer& frame : {*encode_one(state()), *encode(kSession, part())}) {
    const std::string_view tail = tail_of(frame);
    EXPECT_NE(tail.find(kCanary), std::string_view::npos);
    const std::string_view before = frame.view().substr(0, frame.size() - tail.size());
    EXPECT_EQ(before.find("canary"), std::string_view::npos);
  }
}

// A connection may break anywhere.
TEST(LinkCodec, EveryTruncationAndEveryExtraByteIsRefused) {
  for (const SecretBuffer& frame : {*encode_one(state()), *encode(kSession, removal()), *encode(kSession, part()),
                                    *encode(kSession, Hello{7}), *encode(heartbeat())}) {
    for (size_t size = 0; size < frame.size(); ++size) {
      const auto result = decode_message(frame.view().substr(0, size));
      ASSERT_FALSE(result.ok()) << size;
      EXPECT_EQ(result.error().code, ErrorCode::kCorrupt) << size;
    }
    const auto result = decode_message(std::string(frame.view()) + "x");
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kCorrupt);
  }
  const SecretBuffer answer = encode(Answer{0, {{ApplyVerdict::kApplied, {}, "text"}}});
  for (size_t size = 0; size < answer.size(); ++size)
    EXPECT_FALSE(decode_answer(answer.view().substr(0, size)).ok());
}

// During an upgrade both versions are in the field, and "corrupt" would send people looking for a broken disk.
TEST(LinkCodec, AnotherProtocolVersionIsNamedInTheError) {
  wire::RequestHeader header = header_of(*encode(kSession, Hello{7}));
  header.set_protocol(kProtocolVersion + 1);
  const auto result = decode_message(frame_of(header).view());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kUsage);
  EXPECT_NE(result.error().message.find("version " + std::to_string(kProtocolVersion + 1)), std::string::npos);
}

struct Damage {
  std::string_view what;
  void (*apply)(wire::SecretState&);
};

// What gets past the decoder becomes keys and rows.
TEST(LinkCodec, AFieldOutsideItsLimitsIsRefused) {
  const Damage damages[] = {
      {"account", [](wire::SecretState& s) { s.set_account("12345678901"); }},
      {"empty name", [](wire::SecretState& s) { s.set_name(""); }},
      {"NUL in the name", [](wire::SecretState& s) { s.set_name(std::string("a\0b", 3)); }},
      {"long name", [](wire::SecretState& s) { s.set_name(std::string(513, 'a')); }},
      {"suffix", [](wire::SecretState& s) { s.set_suffix("a1-2c3"); }},
      {"region", [](wire::SecretState& s) { s.set_primary_region("nowhere"); }},
      {"epoch", [](wire::SecretState& s) { s.set_lineage_epoch(0); }},
      {"version id", [](wire::SecretState& s) { s.mutable_versions(0)->set_id("short"); }},
      {"version twice", [](wire::SecretState& s) { s.mutable_versions(0)->set_id(s.versions(1).id()); }},
      {"label twice", [](wire::SecretState& s) { s.mutable_versions(0)->add_stages("AWSCURRENT"); }},
      {"empty label", [](wire::SecretState& s) { s.mutable_versions(0)->add_stages(""); }},
      {"unsorted labels",
       [](wire::SecretState& s) {
         s.mutable_versions(0)->add_stages("z");
         s.mutable_versions(0)->add_stages("y");
       }},
      {"kind", [](wire::SecretState& s) { s.mutable_versions(0)->set_kind(3); }},
      {"value of a placeholder", [](wire::SecretState& s) { s.mutable_versions(1)->set_kind(0); }},
      {"time before 1970", [](wire::SecretState& s) { s.mutable_versions(0)->set_created_ms(-1); }},
      {"time out of range", [](wire::SecretState& s) { s.mutable_versions(0)->set_created_ms(INT64_MAX); }},
      {"version of the future", [](wire::SecretState& s) { s.mutable_versions(0)->set_generation(8); }},
      {"value size", [](wire::SecretState& s) { s.mutable_versions(1)->set_value_size(UINT32_MAX); }},
      {"description", [](wire::SecretState& s) { s.set_description(std::string(8193, 'a')); }},
      {"sibling", [](wire::SecretState& s) { s.mutable_siblings(0)->set_region("nowhere"); }},
      {"sibling twice", [](wire::SecretState& s) { s.mutable_siblings(0)->set_region(s.siblings(1).region()); }},
      {"sibling's key", [](wire::SecretState& s) { s.mutable_siblings(0)->set_kms_key_id(std::string(8193, 'a')); }},
      {"replica in another account", [](wire::SecretState& s) { s.set_foreign_replica(std::string(8193, 'a')); }},
      {"tag key", [](wire::SecretState& s) { s.mutable_tags(0)->set_key(""); }},
      {"many tags",
       [](wire::SecretState& s) {
         for (int i = 0; i < 201; ++i)
           s.add_tags()->set_key("k");
       }},
      {"many versions",
       [](wire::SecretState& s) {
         for (int i = 0; i < 201; ++i)
           s.add_versions()->set_id("00000000000000000000000000000" + std::to_string(100 + i));
       }},
  };
  const SecretBuffer good = *encode_one(state());
  ASSERT_TRUE(decode_message(frame_of(header_of(good), tail_of(good)).view()).ok());
  for (const Damage& damage : damages) {
    wire::RequestHeader header = header_of(good);
    damage.apply(*header.mutable_secret_states()->mutable_states(0));
    const auto result = decode_message(frame_of(header, tail_of(good)).view());
    ASSERT_FALSE(result.ok()) << damage.what;
    EXPECT_EQ(result.error().code, ErrorCode::kCorrupt) << damage.what;
  }
}

// What gets past the decoder becomes keys and rows here as well.
TEST(LinkCodec, AFieldOfAPartOutsideItsLimitsIsRefused) {
  struct PartDamage {
    std::string_view what;
    void (*apply)(wire::StatePart&);
  };
  const PartDamage damages[] = {
      {"kind", [](wire::StatePart& p) { p.mutable_of()->set_kind("Identities"); }},
      {"no kind", [](wire::StatePart& p) { p.mutable_of()->set_kind(""); }},
      {"account", [](wire::StatePart& p) { p.mutable_of()->set_account("12"); }},
      {"NUL in the name", [](wire::StatePart& p) { p.mutable_of()->set_name(std::string("a\0b", 3)); }},
      {"home", [](wire::StatePart& p) { p.mutable_home()->set_region("nowhere"); }},
      {"epoch", [](wire::StatePart& p) { p.mutable_home()->set_epoch(0); }},
      {"long name of a row", [](wire::StatePart& p) { p.mutable_rows(0)->set_name(std::string(1025, 'a')); }},
      {"secret of a row that is gone", [](wire::StatePart& p) { p.mutable_rows(2)->add_secret_sizes(1); }},
      {"size of a secret", [](wire::StatePart& p) { p.mutable_rows(1)->set_secret_sizes(0, UINT32_MAX); }},
      {"many rows",
       [](wire::StatePart& p) {
         for (size_t i = 0; i < kMaxStateRows; ++i)
           p.add_rows()->set_name(std::to_string(i));
       }},
      {"many changes",
       [](wire::StatePart& p) {
         for (size_t i = 0; i < kMaxStateChanges; ++i)
           p.add_history();
       }},
  };
  const SecretBuffer good = *encode(kSession, part());
  ASSERT_TRUE(decode_message(frame_of(header_of(good), tail_of(good)).view()).ok());
  for (const PartDamage& damage : damages) {
    wire::RequestHeader header = header_of(good);
    damage.apply(*header.mutable_state_part());
    const auto result = decode_message(frame_of(header, tail_of(good)).view());
    ASSERT_FALSE(result.ok()) << damage.what;
    EXPECT_EQ(result.error().code, ErrorCode::kCorrupt) << damage.what;
  }
}

// A sender must learn before the network does that a message cannot travel.
TEST(LinkCodec, WhatIsTooLargeForAFrameIsRefusedBySender) {
  ReplicaState large = state();
  large.versions.push_back(version('d', {}, std::string(kMaxValueBytes + 1, 'x')));
  EXPECT_EQ(encode_one(large).error().code, ErrorCode::kUsage);
  ReplicaState many = state();
  many.versions.clear();
  for (size_t i = 0; i <= kMaxVersions; ++i)
    many.versions.push_back(version('d', {}, std::nullopt));
  EXPECT_EQ(encode_one(many).error().code, ErrorCode::kUsage);
}

// AWS allows a hundred versions of 64 KiB; all of them must fit at once when a region is added.
TEST(LinkCodec, AHundredLargestValuesFitIntoOneFrame) {
  ReplicaState full = state();
  full.versions.clear();
  for (int i = 100; i < 200; ++i) {
    ReplicaVersion added = version('d', {}, std::string(kMaxValueBytes, 'x'));
    added.version.id = *VersionId::parse("00000000000000000000000000000" + std::to_string(i));
    full.versions.push_back(std::move(added));
  }
  const Result<SecretBuffer> frame = encode_one(full);
  ASSERT_TRUE(frame.ok()) << frame.error().message;
  EXPECT_TRUE(decode_message(frame->view()).ok());
}

}  // namespace
}  // namespace coffer::replication
