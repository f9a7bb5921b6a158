// Messages about multi-region keys, as bytes and back.
#include "replication/key_codec.h"

#include <gtest/gtest.h>

#include "replication/frame.h"
#include "replication/link.pb.h"
#include "replication/link_codec.h"

namespace coffer::replication {
namespace {

constexpr uint64_t kSession = 42;
const kms::KeyName kKey{*AccountId::parse("123456789012"), "mrk-0f1e2d3c4b5a49688776" + std::string(12, 'a')};

std::string material(char c) {
  return std::string(32, c);
}
std::string_view text(const SecretBytes& secret) {
  return secret.view(SecretAccess("test"));
}

kms::SharedKey shared_key() {
  kms::SharedKey key;
  key.name = kKey;
  key.lineage.primary = *Region::parse("us-east-1");
  key.lineage.former = *Region::parse("us-west-2");
  key.lineage.stamp = {3, 9};
  key.lineage.add({*Region::parse("us-west-2"), 8});
  key.lineage.add({*Region::parse("eu-west-1"), 5});
  key.lineage.find(*Region::parse("eu-west-1"))->birth = kms::Birth{
      "d\xc3\xa4", {{"team", "red"}, {"empty", ""}}, {"{}", {{"arn:aws:iam::123456789012:user/ann", "AIDA"}}}};
  key.rotation = kms::RotationSchedule{100, Time(std::chrono::milliseconds(1'800'000'000'123))};
  key.materials.push_back({kms::first_material_id(kKey), Time(std::chrono::milliseconds(1)),
                           kms::MaterialCause::kCreation, SecretBytes::copy_of(material('x'))});
  key.materials.push_back({material('b'), Time(std::chrono::milliseconds(2)), kms::MaterialCause::kOnDemandRotation,
                           SecretBytes::copy_of(material('y'))});
  key.unused_materials = 1;
  return key;
}

wire::RequestHeader header_of(const SecretBuffer& frame) {
  wire::RequestHeader header;
  EXPECT_TRUE(open_frame(frame.view(), header).ok());
  return header;
}
std::string tail_of(const SecretBuffer& frame) {
  wire::RequestHeader header;
  return std::string(*open_frame(frame.view(), header));
}
SecretBuffer frame_of(const wire::RequestHeader& header, std::string_view tail) {
  SecretBuffer frame = *begin_frame(header, tail.size());
  frame.append(tail);
  return frame;
}

TEST(KeyCodec, ASharedKeyComesBackAsItWas) {
  const kms::SharedKey sent = shared_key();
  const SecretBuffer frame = *encode(kSession, sent);
  const auto message = decode_message(frame.view());
  ASSERT_TRUE(message.ok()) << message.error().message;
  EXPECT_EQ(message->session, kSession);
  const auto& back = std::get<kms::SharedKey>(message->body);
  EXPECT_EQ(back.name, sent.name);
  EXPECT_EQ(back.lineage, sent.lineage);
  EXPECT_EQ(back.rotation, sent.rotation);
  EXPECT_EQ(back.unused_materials, 1U);
  ASSERT_EQ(back.materials.size(), 2U);
  EXPECT_EQ(back.materials[1].id, material('b'));
  EXPECT_EQ(back.materials[1].created, sent.materials[1].created);
  EXPECT_EQ(back.materials[1].cause, kms::MaterialCause::kOnDemandRotation);
  EXPECT_EQ(text(back.materials[0].value), material('x'));
  EXPECT_EQ(text(back.materials[1].value), material('y'));
}

// Protobuf does not wipe what it has held.
TEST(KeyCodec, MaterialIsInTheTailOnly) {
  const SecretBuffer frame = *encode(kSession, shared_key());
  EXPECT_EQ(tail_of(frame), material('x') + material('y'));
  EXPECT_EQ(header_of(frame).SerializeAsString().find(material('x')), std::string::npos);
}

TEST(KeyCodec, AReportAndAnswersComeBackAsTheyWere) {
  const kms::ReplicaReport sent{kKey, {3, 9}, 5, kms::KeyState::kPendingDeletion, true};
  const auto message = decode_message(encode(kSession, sent)->view());
  ASSERT_TRUE(message.ok()) << message.error().message;
  const auto& back = std::get<kms::ReplicaReport>(message->body);
  EXPECT_EQ(back.name, kKey);
  EXPECT_EQ(back.stamp, sent.stamp);
  EXPECT_EQ(back.since, 5U);
  EXPECT_EQ(back.state, kms::KeyState::kPendingDeletion);
  EXPECT_TRUE(back.is_ending);
  Answer answer;
  answer.key = kms::KeyAnswer{kms::KeyVerdict::kGone, {3, 10}, 2};
  const auto answered = decode_answer(encode(answer).view());
  ASSERT_TRUE(answered.ok());
  EXPECT_EQ(answered->key->verdict, kms::KeyVerdict::kGone);
  EXPECT_EQ(answered->key->stamp, (kms::Stamp{3, 10}));
  EXPECT_EQ(answered->key->materials, 2U);
}

wire::KeyBirth& birth_of(wire::SharedKey& key) {
  return *key.mutable_replicas(0)->mutable_birth();
}

// A frame must not make a region keep more than any key can have.
TEST(KeyCodec, ThereIsALimitToTheNumberOfMaterials) {
  kms::SharedKey key = shared_key();
  const auto add = [&key] {
    key.materials.push_back({material('c'), Time(std::chrono::milliseconds(3)), kms::MaterialCause::kAutomaticRotation,
                             SecretBytes::copy_of(material('z'))});
  };
  while (key.materials.size() < kMaxKeyMaterials)
    add();
  EXPECT_TRUE(decode_message(encode(kSession, key)->view()).ok());
  add();
  EXPECT_FALSE(decode_message(encode(kSession, key)->view()).ok());
}

// What gets past the decoder becomes keys and rows.
TEST(KeyCodec, AFieldOfASharedKeyOutsideItsLimitsIsRefused) {
  struct Damage {
    std::string_view what;
    void (*apply)(wire::SharedKey&);
  };
  const Damage damages[] = {
      {"account", [](wire::SharedKey& k) { k.mutable_stamp()->set_account("12"); }},
      {"key id", [](wire::SharedKey& k) { k.mutable_stamp()->set_key_id("mrk-1"); }},
      {"single-region",
       [](wire::SharedKey& k) { k.mutable_stamp()->set_key_id("0f1e2d3c-4b5a-4968-8776-8594a3b2c1d0"); }},
      {"another key's first material",
       [](wire::SharedKey& k) { k.mutable_stamp()->set_key_id("mrk-" + std::string(32, '0')); }},
      {"epoch", [](wire::SharedKey& k) { k.mutable_stamp()->set_epoch(0); }},
      {"generation", [](wire::SharedKey& k) { k.mutable_stamp()->set_generation(0); }},
      {"primary", [](wire::SharedKey& k) { k.set_primary("nowhere"); }},
      {"no primary", [](wire::SharedKey& k) { k.set_primary(""); }},
      {"former", [](wire::SharedKey& k) { k.set_former("nowhere"); }},
      {"region of a replica", [](wire::SharedKey& k) { k.mutable_replicas(0)->set_region("nowhere"); }},
      {"order of replicas", [](wire::SharedKey& k) { k.mutable_replicas()->SwapElements(0, 1); }},
      {"replica twice", [](wire::SharedKey& k) { k.mutable_replicas(1)->set_region("eu-west-1"); }},
      {"primary as a replica", [](wire::SharedKey& k) { k.mutable_replicas(1)->set_region("us-east-1"); }},
      {"replica of no time", [](wire::SharedKey& k) { k.mutable_replicas(0)->set_since(0); }},
      {"replica of the future", [](wire::SharedKey& k) { k.mutable_replicas(0)->set_since(10); }},
      {"tag", [](wire::SharedKey& k) { k.mutable_replicas(0)->mutable_birth()->mutable_tags(0)->set_key(""); }},
      {"policy",
       [](wire::SharedKey& k) { k.mutable_replicas(0)->mutable_birth()->set_policy(std::string(32'769, 'a')); }},
      {"size of a description",
       [](wire::SharedKey& k) { birth_of(k).set_description(std::string(4 * 8192 + 1, 'a')); }},
      {"number of tags",
       [](wire::SharedKey& k) {
         while (birth_of(k).tags_size() <= 50)
           birth_of(k).add_tags()->set_key("key");
       }},
      {"size of a tag key", [](wire::SharedKey& k) { birth_of(k).mutable_tags(0)->set_key(std::string(1025, 'a')); }},
      {"size of a tag value",
       [](wire::SharedKey& k) { birth_of(k).mutable_tags(0)->set_value(std::string(1025, 'a')); }},
      {"number of bindings",
       [](wire::SharedKey& k) {
         while (birth_of(k).policy_bindings_size() <= 2000)
           *birth_of(k).add_policy_bindings() = birth_of(k).policy_bindings(0);
       }},
      {"size of a principal",
       [](wire::SharedKey& k) { birth_of(k).mutable_policy_bindings(0)->set_text(std::string(8193, 'a')); }},
      {"no unique id", [](wire::SharedKey& k) { birth_of(k).mutable_policy_bindings(0)->clear_unique_id(); }},
      {"size of a unique id",
       [](wire::SharedKey& k) { birth_of(k).mutable_policy_bindings(0)->set_unique_id(std::string(1025, 'a')); }},
      {"number of replicas",
       [](wire::SharedKey& k) {
         for (char c = 'a'; k.replicas_size() <= 100; ++c) {
           for (char d = 'a'; d <= 'z'; ++d) {
             *k.add_replicas() = k.replicas(1);
             k.mutable_replicas(k.replicas_size() - 1)->set_region(std::string("zz-") + c + d + "-1");
           }
         }
       }},
      {"rotation", [](wire::SharedKey& k) { k.set_rotation_days(3); }},
      {"time of rotation", [](wire::SharedKey& k) { k.set_next_rotation_ms(-1); }},
      {"no materials", [](wire::SharedKey& k) { k.clear_materials(); }},
      {"a material too many", [](wire::SharedKey& k) { *k.add_materials() = k.materials(1); }},
      {"id of a material", [](wire::SharedKey& k) { k.mutable_materials(1)->set_id("short"); }},
      {"cause", [](wire::SharedKey& k) { k.mutable_materials(1)->set_cause(3); }},
      {"two first materials", [](wire::SharedKey& k) { k.mutable_materials(1)->set_cause(0); }},
      {"nothing to encrypt with", [](wire::SharedKey& k) { k.set_unused_materials(2); }},
  };
  const SecretBuffer good = *encode(kSession, shared_key());
  ASSERT_TRUE(decode_message(frame_of(header_of(good), tail_of(good)).view()).ok());
  for (const Damage& damage : damages) {
    wire::RequestHeader header = header_of(good);
    damage.apply(*header.mutable_shared_key());
    const auto result = decode_message(frame_of(header, tail_of(good)).view());
    ASSERT_FALSE(result.ok()) << damage.what;
    EXPECT_EQ(result.error().code, ErrorCode::kCorrupt) << damage.what;
  }
}

TEST(KeyCodec, AFieldOfAReportOutsideItsLimitsIsRefused) {
  const kms::ReplicaReport report{kKey, {3, 9}, 5, kms::KeyState::kPendingDeletion, true};
  const SecretBuffer good = *encode(kSession, report);
  ASSERT_TRUE(decode_message(good.view()).ok());
  void (*const damages[])(wire::ReplicaReport&) = {
      [](wire::ReplicaReport& r) { r.mutable_stamp()->set_key_id(""); },
      [](wire::ReplicaReport& r) { r.mutable_stamp()->set_epoch(0); },
      [](wire::ReplicaReport& r) { r.set_since(0); },
      [](wire::ReplicaReport& r) { r.set_state(3); },
      [](wire::ReplicaReport& r) { r.set_state(0); },  // and ending
  };
  for (const auto damage : damages) {
    wire::RequestHeader header = header_of(good);
    damage(*header.mutable_replica_report());
    EXPECT_FALSE(decode_message(frame_of(header, "").view()).ok());
  }
}

TEST(KeyCodec, AnAnswerOutsideItsLimitsIsRefused) {
  Answer answer;
  answer.key = kms::KeyAnswer{static_cast<kms::KeyVerdict>(7), {1, 1}, 0};
  EXPECT_FALSE(decode_answer(encode(answer).view()).ok());
  answer.key = kms::KeyAnswer{kms::KeyVerdict::kApplied, {1, 1}, kMaxKeyMaterials + 1};
  EXPECT_FALSE(decode_answer(encode(answer).view()).ok());
}

}  // namespace
}  // namespace coffer::replication
