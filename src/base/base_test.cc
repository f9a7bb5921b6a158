#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "base/arn.h"
#include "base/encoding.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "base/time_text.h"
#include "base/worker_pool.h"

namespace coffer {
namespace {

constexpr SecretAccess kTest("tests look at what they made");

// An error that is dropped or lost would show up as a wrong answer somewhere else.
Result<int> half(int value) {
  if (value % 2 != 0) return Error{ErrorCode::kValidation, "odd"};
  return value / 2;
}
Result<int> quarter(int value) {
  COFFER_ASSIGN(const int once, half(value));
  COFFER_ASSIGN(const int twice, half(once));
  return twice;
}

TEST(Result, AssignPropagatesTheFirstError) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_EQ(quarter(6).error().code, ErrorCode::kValidation);
}

TEST(ErrorCodes, WireErrorsCarryTheNameAndStatusOfAws) {
  EXPECT_EQ(error_name(ErrorCode::kResourceNotFound), "ResourceNotFoundException");
  EXPECT_EQ(http_status(ErrorCode::kResourceNotFound), 400);
  EXPECT_EQ(http_status(ErrorCode::kInternalServiceError), 500);
  EXPECT_TRUE(is_wire_error(ErrorCode::kValidation));
  EXPECT_FALSE(is_wire_error(ErrorCode::kConflict));
}

// SDKs turn the <Code> into an exception class, and retry by the status: statuses and codes of the AWS models of IAM
// and STS, and of their front end.
TEST(ErrorCodes, IamAndStsSpellTheirErrorsInAnotherWay) {
  const std::tuple<ErrorCode, std::string_view, int> cases[] = {
      {ErrorCode::kAccessDenied, "AccessDenied", 403},
      {ErrorCode::kConcurrentModification, "ConcurrentModification", 409},
      {ErrorCode::kDeleteConflict, "DeleteConflict", 409},
      {ErrorCode::kEntityAlreadyExists, "EntityAlreadyExists", 409},
      {ErrorCode::kEntityTemporarilyUnmodifiable, "EntityTemporarilyUnmodifiable", 409},
      {ErrorCode::kExpiredToken, "ExpiredToken", 403},
      {ErrorCode::kExpiredWebIdentityToken, "ExpiredTokenException", 400},
      {ErrorCode::kIdpCommunication, "IDPCommunicationError", 400},
      {ErrorCode::kIdpRejectedClaim, "IDPRejectedClaim", 403},
      {ErrorCode::kIncompleteSignature, "IncompleteSignature", 400},
      {ErrorCode::kInternalServiceError, "ServiceFailure", 500},
      {ErrorCode::kInvalidIdentityToken, "InvalidIdentityToken", 400},
      {ErrorCode::kInvalidInput, "InvalidInput", 400},
      {ErrorCode::kInvalidParameter, "InvalidParameterValue", 400},
      {ErrorCode::kInvalidSignature, "SignatureDoesNotMatch", 403},
      {ErrorCode::kLimitExceeded, "LimitExceeded", 409},
      {ErrorCode::kMalformedPolicyDocument, "MalformedPolicyDocument", 400},
      {ErrorCode::kMissingAction, "MissingAction", 400},
      {ErrorCode::kMissingAuthenticationToken, "MissingAuthenticationToken", 403},
      {ErrorCode::kNoSuchEntity, "NoSuchEntity", 404},
      {ErrorCode::kPackedPolicyTooLarge, "PackedPolicyTooLarge", 400},
      {ErrorCode::kPolicyNotAttachable, "PolicyNotAttachable", 400},
      {ErrorCode::kRegionDisabled, "RegionDisabledException", 403},
      {ErrorCode::kSerialization, "MalformedInput", 400},
      {ErrorCode::kServiceUnavailable, "ServiceUnavailable", 503},
      {ErrorCode::kThrottling, "Throttling", 400},
      {ErrorCode::kUnknownOperation, "InvalidAction", 400},
      {ErrorCode::kUnmodifiableEntity, "UnmodifiableEntity", 400},
      {ErrorCode::kUnrecognizedClient, "InvalidClientTokenId", 403},
      {ErrorCode::kValidation, "ValidationError", 400},
  };
  for (const auto& [code, name, status] : cases) {
    EXPECT_EQ(query_code(code), name);
    EXPECT_EQ(query_status(code), status) << name;
  }
}

TEST(SecretBytes, MovesAndComparesWithoutLosingBytes) {
  SecretBytes a = SecretBytes::copy_of("top secret");
  SecretBytes b = a.clone();
  EXPECT_TRUE(a.equals(b));
  SecretBytes c = std::move(a);
  EXPECT_TRUE(c.equals(b));
  EXPECT_FALSE(c.equals(SecretBytes::copy_of("top secreT")));
  EXPECT_EQ(c.view(kTest), "top secret");
}

// The buffer must not leave a copy behind when it grows: the old block is wiped before it is freed.
TEST(SecretBuffer, GrowsAndClears) {
  SecretBuffer buffer;
  for (int i = 0; i < 1000; ++i)
    buffer.append("0123456789");
  EXPECT_EQ(buffer.size(), 10'000u);
  const char* memory = buffer.data();
  buffer.clear();
  EXPECT_EQ(memory[0], 0);
  EXPECT_EQ(memory[9'999], 0);
  EXPECT_TRUE(buffer.empty());
}

// RFC 4648's other alphabet: bytes whose base64 has + and /, and no padding.
TEST(Encoding, Base64UrlRoundTripsAndRefusesBadText) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"\xfb\xff\xfe", "-__-"}};
  for (const auto& [plain, encoded] : cases) {
    EXPECT_EQ(base64url_encode(std::as_bytes(std::span(plain))), encoded);
    EXPECT_EQ(base64url_decode(encoded)->view(kTest), plain);
  }
  for (const char* bad : {"Z", "Zg==", "Zh", "Zm9", "+//+", "Zm9v\n", "Zm9vZ"}) {
    EXPECT_FALSE(base64url_decode(bad)) << bad;
  }
}

TEST(Encoding, HexAndBase64RoundTripAndRefuseBadText) {
  EXPECT_EQ(hex_encode(std::as_bytes(std::span("\x01\xff", 2))), "01ff");
  EXPECT_EQ(hex_decode("01FF"), std::string("\x01\xff", 2));
  EXPECT_FALSE(hex_decode("0"));
  EXPECT_FALSE(hex_decode("0g"));
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}};
  for (const auto& [plain, encoded] : cases) {
    EXPECT_EQ(base64_encode(std::as_bytes(std::span(plain))), encoded);
    EXPECT_EQ(base64_decode(encoded)->view(kTest), plain);
  }
  for (const char* bad : {"Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n", "Zm 9", "Zg==Zg=="}) {
    EXPECT_FALSE(base64_decode(bad)) << bad;
  }
}

TEST(Encoding, PercentEncodingFollowsSigV4) {
  std::string out;
  percent_encode("a b/~*+\xc3\xa9", false, out);
  EXPECT_EQ(out, "a%20b%2F~%2A%2B%C3%A9");
  EXPECT_EQ(percent_decode("a%20b+%2f"), "a b+/");
  EXPECT_FALSE(percent_decode("%2"));
  EXPECT_FALSE(percent_decode("%zz"));
}

TEST(Encoding, Utf8RejectsOverlongAndSurrogates) {
  EXPECT_TRUE(is_valid_utf8("grün €"));
  EXPECT_FALSE(is_valid_utf8("\xc0\x80"));
  EXPECT_FALSE(is_valid_utf8("\xed\xa0\x80"));
  EXPECT_FALSE(is_valid_utf8("\xf4\x90\x80\x80"));
  EXPECT_FALSE(is_valid_utf8("\xe2\x82"));
  EXPECT_EQ(utf8_length("grün €"), 6u);
}

TEST(TimeText, FormatsRoundTripAndRefuseImpossibleDates) {
  const Time time = *parse_iso_basic("20150830T123600Z");
  EXPECT_EQ(iso_basic(time), "20150830T123600Z");
  EXPECT_EQ(iso_basic_date(time), "20150830");
  EXPECT_EQ(iso_extended(time), "2015-08-30T12:36:00.000Z");
  EXPECT_EQ(http_date(time), "Sun, 30 Aug 2015 12:36:00 GMT");
  EXPECT_EQ(parse_http_date("Sun, 30 Aug 2015 12:36:00 GMT"), time);
  EXPECT_EQ(iso_basic(start_of_day(time)), "20150830T000000Z");
  for (const char* bad : {"20150230T000000Z", "20150830T240000Z", "2015083T1236000Z", "20150830 123600Z", ""}) {
    EXPECT_FALSE(parse_iso_basic(bad)) << bad;
  }
}

// IAM and STS: times in answers, and in requests that SDKs and people write.
TEST(TimeText, ExtendedTimesAreReadInTheirVariants) {
  const Time time = *parse_iso_basic("20150830T123600Z");
  EXPECT_EQ(iso_extended_seconds(time + Duration(999)), "2015-08-30T12:36:00Z");
  EXPECT_EQ(iso_extended_seconds(Time(Duration(-1))), "1969-12-31T23:59:59Z");
  const std::pair<const char*, Duration> good[] = {{"2015-08-30T12:36:00Z", Duration(0)},
                                                   {"2015-08-30T12:36:00.5Z", Duration(500)},
                                                   {"2015-08-30T12:36:00.0129999Z", Duration(12)},
                                                   {"2015-08-30T14:36:00+02:00", Duration(0)},
                                                   {"2015-08-30T11:06:00.001-01:30", Duration(1)}};
  for (const auto& [text, more] : good)
    EXPECT_EQ(parse_iso_extended(text), time + more) << text;
  for (const char* bad :
       {"", "2015-08-30", "2015-08-30T12:36:00", "2015-08-30T12:36Z", "2015-08-30T12:36:00.Z", "2015-08-30T12:36:00z",
        "2015-08-30 12:36:00Z", "2015-02-30T12:36:00Z", "2015-08-30T24:00:00Z", "2015-08-30T12:60:00Z",
        "2015-08-30T12:36:00+2:00", "2015-08-30T12:36:00+24:00", "2015-08-30T12:36:00Z ", "20150830T123600Z",
        "1440938160", "-015-08-30T12:36:00Z"}) {
    EXPECT_FALSE(parse_iso_extended(bad)) << bad;
  }
}

TEST(Ids, OnlyWellFormedTextBecomesAnId) {
  EXPECT_TRUE(AccountId::parse("123456789012"));
  EXPECT_FALSE(AccountId::parse("12345678901"));
  EXPECT_FALSE(AccountId::parse("12345678901a"));
  for (const char* good : {"us-east-1", "ap-southeast-2", "us-gov-west-1", "x-10"})
    EXPECT_TRUE(Region::parse(good)) << good;
  for (const char* bad : {"", "us", "us-east", "us-east-", "-1", "us--1", "us-1-east", "US-east-1", "us-east-1a"}) {
    EXPECT_FALSE(Region::parse(bad)) << bad;
  }
  EXPECT_TRUE(VersionId::parse("00000000-0000-0000-0000-000000000001"));
  EXPECT_FALSE(VersionId::parse("short"));
}

TEST(Arn, ParsesPartsAndKeepsColonsOfTheResource) {
  const auto arn = Arn::parse("arn:aws:secretsmanager:us-east-1:123456789012:secret:a/b-AbCdEf");
  ASSERT_TRUE(arn);
  EXPECT_EQ(arn->region, "us-east-1");
  EXPECT_EQ(arn->resource, "secret:a/b-AbCdEf");
  EXPECT_EQ(arn->text(), "arn:aws:secretsmanager:us-east-1:123456789012:secret:a/b-AbCdEf");
  for (const char* bad : {"arn:", "arn:aws:s3:::", "arn:aws:sm:r:a", "xrn:aws:s:r:a:x", "arn::s:r:a:x"}) {
    EXPECT_FALSE(Arn::parse(bad)) << bad;
  }
}

TEST(Random, UniformStaysInRangeAndUuidsAreVersionFour) {
  SeededRandom random(7);
  std::set<uint32_t> seen;
  for (int i = 0; i < 1000; ++i)
    seen.insert(random.uniform(5));
  EXPECT_EQ(seen, (std::set<uint32_t>{0, 1, 2, 3, 4}));
  const std::string uuid = random.uuid();
  EXPECT_EQ(uuid.size(), 36u);
  EXPECT_EQ(uuid[14], '4');
}

// Log lines are parsed by machines: hostile field values must not break the line.
TEST(Log, EscapesWhateverAFieldHolds) {
  std::string out;
  append_json_string("a\"b\\c\n\xff", out);
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\u000a\xef\xbf\xbd\"");
}

TEST(WorkerPool, RunsWhatItAcceptsAndRefusesBeyondItsLimit) {
  std::atomic<int> ran = 0;
  std::mutex gate;
  gate.lock();
  WorkerPool pool(1, 2);
  std::atomic<bool> started = false;
  ASSERT_TRUE(pool.submit([&] {
    started = true;
    std::lock_guard wait(gate);
    ++ran;
  }));
  while (!started)
    std::this_thread::yield();
  EXPECT_TRUE(pool.submit([&] { ++ran; }));
  EXPECT_TRUE(pool.submit([&] { ++ran; }));
  EXPECT_FALSE(pool.submit([&] { ++ran; }));
  gate.unlock();
  pool.stop();
  EXPECT_EQ(ran, 3);
  EXPECT_FALSE(pool.submit([&] { ++ran; }));
}

}  // namespace
}  // namespace coffer
