#include "replication/forward_codec.h"

#include <gtest/gtest.h>

#include <limits>

#include "replication/frame.h"
#include "replication/link.pb.h"
#include "replication/link_codec.h"

namespace coffer::replication {
namespace {

const Region kHome = *Region::parse("us-east-1");
const home::StateId kIdentities{"identities", *AccountId::parse("123456789012"), ""};

ForwardedRequest request() {
  return {.request_id = "3f0c9a52-6f0e-4a3d-9b1c-2d4e6f708192",
          .client_address = "[::1]:50412",
          .client_uses_tls = true,
          .patience = std::chrono::seconds(9),
          .method = "POST",
          .target = "/?a=b",
          .headers = {{"Host", "iam.amazonaws.com"}, {"Authorization", "AWS4-HMAC-SHA256 x\xc3\xa4"}, {"X-Empty", ""}},
          .body = "Action=CreateUser&Password=hunter2"};
}

ForwardedAnswer answer() {
  return {.other_home = {},
          .status = 409,
          .error = "EntityAlreadyExistsException",
          .changes = {{kIdentities, 7}, {{"organization", {}, "o-1"}, 2}},
          .body = "<ErrorResponse/>"};
}

std::string code_of(const Result<ForwardedRequest>& decoded) {
  return decoded.ok() ? "fine" : std::string(error_name(decoded.error().code)) + " " + decoded.error().message;
}

// What the header says with a tail that fits, so that nothing but the change under test is wrong.
std::string decode_changed(const std::function<void(wire::ForwardHeader&)>& change, std::string_view tail = "/") {
  wire::ForwardHeader header;
  header.set_protocol(kProtocolVersion);
  header.set_request_id("1");
  header.set_client_address("127.0.0.1:1");
  header.set_method("POST");
  header.set_target_size(1);
  change(header);
  SecretBuffer frame = begin_frame(header, tail.size()).value();
  frame.append(tail);
  return code_of(decode_forwarded_request(frame.view()));
}

TEST(ForwardCodec, ARequestComesBackAsItWas) {
  const SecretBuffer frame = encode(request()).value();
  const auto decoded = decode_forwarded_request(frame.view());
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  EXPECT_EQ(decoded->request_id, request().request_id);
  EXPECT_EQ(decoded->client_address, request().client_address);
  EXPECT_TRUE(decoded->client_uses_tls);
  EXPECT_EQ(decoded->patience, request().patience);
  EXPECT_EQ(decoded->method, "POST");
  EXPECT_EQ(decoded->target, "/?a=b");
  EXPECT_EQ(decoded->body, request().body);
  ASSERT_EQ(decoded->headers.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(decoded->headers[i].name, request().headers[i].name);
    EXPECT_EQ(decoded->headers[i].value, request().headers[i].value);
  }
}

TEST(ForwardCodec, AnAnswerComesBackAsItWas) {
  const SecretBuffer frame = encode(answer()).value();
  const auto decoded = decode_forwarded_answer(frame.view());
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  EXPECT_FALSE(decoded->other_home);
  EXPECT_EQ(decoded->status, 409);
  EXPECT_EQ(decoded->error, answer().error);
  EXPECT_EQ(decoded->changes, answer().changes);
  EXPECT_EQ(decoded->body, answer().body);

  const SecretBuffer refusal = encode(ForwardedAnswer{.other_home = home::Claim{kHome, 4}}).value();
  EXPECT_EQ(decode_forwarded_answer(refusal.view())->other_home, (home::Claim{kHome, 4}));
}

// The next adoption would wrap it around, and lose to all that there ever were.
TEST(ForwardCodec, AnEpochThatNoneCouldFollowIsRefused) {
  constexpr uint64_t kLast = home::kLastEpoch;
  for (const auto& [epoch, is_good] : {std::pair(kLast, true), std::pair(kLast + 1, false), std::pair(0UL, false)}) {
    const SecretBuffer refusal = encode(ForwardedAnswer{.other_home = home::Claim{kHome, epoch}}).value();
    EXPECT_EQ(decode_forwarded_answer(refusal.view()).ok(), is_good) << epoch;
  }
}

// Protobuf does not wipe what it parsed.
TEST(ForwardCodec, WhatMayBeSecretStandsInTheTail) {
  const SecretBuffer frame = encode(request()).value();
  const std::string_view tail = "/?a=bHostiam.amazonaws.comAuthorizationAWS4-HMAC-SHA256 x\xc3\xa4X-EmptyAction=";
  EXPECT_NE(frame.view().find(tail), std::string_view::npos);
  EXPECT_EQ(frame.view().find("hunter2"), frame.view().rfind("hunter2"));
  EXPECT_TRUE(frame.view().ends_with("hunter2"));
}

TEST(ForwardCodec, DamagedFramesAreRefused) {
  EXPECT_EQ(decode_changed([](wire::ForwardHeader&) {}), "fine");
  EXPECT_EQ(decode_changed([](auto& header) { header.set_request_id("a\nb"); }), "Corrupt link frame: bad request id");
  EXPECT_EQ(decode_changed([](auto& header) { header.set_request_id(""); }), "Corrupt link frame: bad request id");
  EXPECT_EQ(decode_changed([](auto& header) { header.set_client_address("a b"); }),
            "Corrupt link frame: bad address of the client");
  EXPECT_EQ(decode_changed([](auto& header) { header.set_patience_ms(60'001); }), "Corrupt link frame: bad patience");
  EXPECT_EQ(decode_changed([](auto& header) { header.set_method("PUT"); }), "Corrupt link frame: bad method");
  EXPECT_EQ(decode_changed([](auto& header) { header.set_target_size(2); }),
            "Corrupt link frame: bad size of the target");
  EXPECT_EQ(decode_changed([](auto& header) { header.set_body_size(1); }), "Corrupt link frame: bad size of the body");
  EXPECT_EQ(decode_changed([](wire::ForwardHeader&) {}, "/x"), "Corrupt link frame: bad size: bytes after the body");
  EXPECT_EQ(decode_changed([](auto& header) { header.add_header_sizes(1); }, "/x"),
            "Corrupt link frame: bad number of headers");
  EXPECT_EQ(decode_changed([](auto& header) { header.set_protocol(kProtocolVersion + 1); }).substr(0, 6), "Usage ");
  EXPECT_EQ(code_of(decode_forwarded_request("")).substr(0, 8), "Corrupt ");
}

// A line end would let one header pass for two, and the signature hold for another request than was signed.
TEST(ForwardCodec, HeadersAndTargetsAreWhatAnHttpParserLetsThrough) {
  const auto with_header = [](uint32_t name, uint32_t value, std::string_view text) {
    return decode_changed(
        [&](wire::ForwardHeader& header) {
          header.add_header_sizes(name);
          header.add_header_sizes(value);
        },
        "/" + std::string(text));
  };
  EXPECT_EQ(with_header(1, 3, "a\t \xff"), "fine");
  EXPECT_EQ(with_header(0, 1, "b"), "Corrupt link frame: bad header");
  EXPECT_EQ(with_header(2, 1, "a:b"), "Corrupt link frame: bad header");
  EXPECT_EQ(with_header(2, 1, "a\nb"), "Corrupt link frame: bad header");
  EXPECT_EQ(with_header(1, 2, "a\r\n"), "Corrupt link frame: bad header");
  for (const std::string_view target : {"\n", " ", "\x7f"})
    EXPECT_EQ(decode_changed([](wire::ForwardHeader&) {}, target), "Corrupt link frame: bad target");
}

TEST(ForwardCodec, WhatIsTooLargeIsNeitherSentNorTaken) {
  const std::string large(kMaxForwardBodyBytes + 1, 'x');
  ForwardedRequest too_long = request();
  too_long.body = large;
  EXPECT_EQ(encode(too_long).error().code, ErrorCode::kUsage);
  too_long = request();
  too_long.headers.push_back({"x", std::string_view(large).substr(0, kMaxForwardHeadBytes)});
  EXPECT_EQ(encode(too_long).error().code, ErrorCode::kUsage);
  ForwardedAnswer too_much = answer();
  too_much.body = large;
  EXPECT_EQ(encode(too_much).error().code, ErrorCode::kUsage);
  EXPECT_EQ(
      decode_changed([&](auto& header) { header.set_body_size(static_cast<uint32_t>(large.size())); }, "/" + large),
      "Corrupt link frame: bad size of the request");
  ForwardedAnswer too_many = answer();
  too_many.changes.assign(home::kMaxArrivals + 1, {kIdentities, 1});
  EXPECT_FALSE(decode_forwarded_answer(encode(too_many)->view()).ok());
}

TEST(ForwardCodec, AnswersAreWithinLimits) {
  ForwardedAnswer bad = answer();
  bad.status = 199;
  EXPECT_FALSE(decode_forwarded_answer(encode(bad)->view()).ok());
  bad = answer();
  bad.error = "two words";
  EXPECT_FALSE(decode_forwarded_answer(encode(bad)->view()).ok());
  bad = answer();
  bad.changes[0].of.kind = "Identities";
  EXPECT_FALSE(decode_forwarded_answer(encode(bad)->view()).ok());
  // Nothing was done, and yet there is an answer.
  bad = {.other_home = home::Claim{kHome, 4}, .status = 200, .error = {}, .changes = {}, .body = "x"};
  EXPECT_FALSE(decode_forwarded_answer(encode(bad)->view()).ok());
}

}  // namespace
}  // namespace coffer::replication
