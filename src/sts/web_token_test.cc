#include "sts/web_token.h"

#include <gtest/gtest.h>

#include "sts/testing/fake_issuer.h"
#include "sts/testing/world.h"

namespace coffer::sts::testing {
namespace {

constexpr std::string_view kNoToken =
    "InvalidIdentityToken: The ID Token provided is not a valid JWT. (You may see this error if you sent an Access "
    "Token)";
constexpr std::string_view kInvalid = "InvalidIdentityToken: The web identity token provided could not be validated";

// Nothing is verified here, so any signature will do.
std::string made(std::string_view header, std::string_view claims, std::string_view signature = "signed") {
  return base64url(header) + "." + base64url(claims) + "." + base64url(signature);
}
std::string with_header(std::string_view header) {
  return outcome(read_web_token(made(header, R"({"iss":"https://i","sub":"s","aud":"a",)" + times(kNow) + "}")));
}
Result<WebToken> with_claims(std::string_view more) {
  return read_web_token(
      made(R"({"alg":"ES256"})", R"({"iss":"https://i","sub":"s","aud":"a",)" + times(kNow) + std::string(more) + "}"));
}

TEST(WebToken, SaysWhatItsClaimsSay) {
  const std::string claims =
      R"({"iss":"https://issuer.example/a","sub":"repo:org/app","aud":["one","two"],"azp":"one",)"
      R"("nbf":1700000000.5,"exp":1700003600,"iat":1700000001,"amr":["mfa","pwd"],"jti":"x"})";
  const std::string text = made(R"({"typ":"JWT","alg":"RS256","kid":"7"})", claims, std::string("\x00\xff", 2));
  const auto token = read_web_token(text);
  ASSERT_TRUE(token.ok());
  EXPECT_EQ(token->algorithm, crypto::SignatureAlgorithm::kRs256);
  EXPECT_EQ(token->key_id, "7");
  EXPECT_EQ(token->signed_part, text.substr(0, text.rfind('.')));
  EXPECT_EQ(token->signature, std::string("\x00\xff", 2));
  EXPECT_EQ(token->issuer, "https://issuer.example/a");
  EXPECT_EQ(token->subject, "repo:org/app");
  EXPECT_EQ(token->audiences, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(token->authorized_party, "one");
  EXPECT_EQ(token->methods, (std::vector<std::string>{"mfa", "pwd"}));
  EXPECT_EQ(token->not_before, Time(std::chrono::seconds(1700000000)));
  EXPECT_EQ(token->issued, Time(std::chrono::seconds(1700000001)));
  EXPECT_EQ(token->expires, Time(std::chrono::seconds(1700003600)));
}

// The classic attacks: no signature, and the public key taken for the secret of an HMAC.
TEST(WebToken, OnlyRs256AndEs256Are) {
  EXPECT_EQ(with_header(R"({"alg":"RS256"})"), "ok");
  EXPECT_EQ(with_header(R"({"alg":"ES256"})"), "ok");
  for (const char* header :
       {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":""})", R"({"alg":"HS256"})", R"({"alg":"HS512"})",
        R"({"alg":"RS384"})", R"({"alg":"PS256"})", R"({"alg":"EdDSA"})", R"({"alg":"rs256"})", R"({"alg":["RS256"]})",
        R"({"alg":null})", R"({"typ":"JWT"})", R"({"alg":"RS256","alg":"none"})", R"({"alg":"RS256","crit":["b64"]})",
        R"([])", R"("RS256")", "", "{"}) {
    EXPECT_EQ(with_header(header), kNoToken) << header;
  }
}

TEST(WebToken, WhatHasNotItsFormIsNone) {
  const std::string good = made(R"({"alg":"ES256"})", R"({"iss":"https://i","sub":"s","aud":"a",)" + times(kNow) + "}");
  ASSERT_EQ(outcome(read_web_token(good)), "ok");
  const std::string unsigned_part = good.substr(0, good.rfind('.'));
  for (const std::string& bad :
       {std::string(), std::string("...."), std::string("a.b"), unsigned_part, unsigned_part + ".", good + ".",
        "." + good, good + "=", " " + good, good + "\n", good + "!", std::string("ya29.opaque-access-token"),
        made(R"({"alg":"ES256"})", "{"), made(R"({"alg":"ES256"})", "[]"), made(R"({"alg":"ES256"})", "\xff\xfe")}) {
    EXPECT_EQ(outcome(read_web_token(bad)), kNoToken) << bad;
  }
}

TEST(WebToken, ARequiredClaimIsMissed) {
  const auto without = [](std::string_view claims) {
    return outcome(read_web_token(made(R"({"alg":"ES256"})", claims)));
  };
  const std::string when = times(kNow);
  EXPECT_EQ(without(R"({"sub":"s","aud":"a",)" + when + "}"), "InvalidIdentityToken: Missing a required claim: iss");
  EXPECT_EQ(without(R"({"iss":7,"sub":"s","aud":"a",)" + when + "}"),
            "InvalidIdentityToken: Missing a required claim: iss");
  EXPECT_EQ(without(R"({"iss":"https://i","aud":"a",)" + when + "}"),
            "InvalidIdentityToken: Missing a required claim: sub");
  for (const char* aud : {"", R"("aud":[],)", R"("aud":7,)", R"("aud":["a",7],)"}) {
    EXPECT_EQ(without(R"({"iss":"https://i","sub":"s",)" + std::string(aud) + when + "}"),
              "InvalidIdentityToken: Missing a required claim: aud");
  }
  const std::string rest = R"({"iss":"https://i","sub":"s","aud":"a",)";
  for (const char* exp : {"", R"("exp":"2030",)", R"("exp":-1,)", R"("exp":1e300,)", R"("exp":null,)"}) {
    EXPECT_EQ(without(rest + exp + R"("iat":1})"), "InvalidIdentityToken: Missing a required claim: exp") << exp;
  }
  EXPECT_EQ(without(rest + R"("exp":1})"), "InvalidIdentityToken: Missing a required claim: iat");
}

TEST(WebToken, ClaimsThatCannotBeAreRefused) {
  EXPECT_EQ(outcome(with_claims(R"(,"nbf":"soon")")), kInvalid);
  EXPECT_EQ(outcome(read_web_token(made(R"({"alg":"ES256"})", R"({"iss":"https://i","aud":"a","sub":")" +
                                                                  std::string(256, 's') + "\"," + times(kNow) + "}"))),
            kInvalid);
}

TEST(WebToken, SessionTagsComeNestedOrFlattened) {
  using Tags = std::vector<std::pair<std::string, std::string>>;
  const auto nested =
      with_claims(R"(,"https://aws.amazon.com/tags":{"principal_tags":{"Project":["Automation"],"Cost":["7"]},)"
                  R"("transitive_tag_keys":["Project"]})");
  EXPECT_EQ(nested->tags, (Tags{{"Project", "Automation"}, {"Cost", "7"}}));
  EXPECT_EQ(nested->transitive_tag_keys, std::vector<std::string>{"Project"});
  const auto flattened = with_claims(R"(,"https://aws.amazon.com/tags/principal_tags/Project":["Automation"],)"
                                     R"("https://aws.amazon.com/tags/principal_tags/Cost":"7",)"
                                     R"("https://aws.amazon.com/tags/transitive_tag_keys":["Project"])");
  EXPECT_EQ(flattened->tags, (Tags{{"Project", "Automation"}, {"Cost", "7"}}));
  EXPECT_EQ(flattened->transitive_tag_keys, std::vector<std::string>{"Project"});
}

TEST(WebToken, TagsAndSourceIdentitiesThatCannotBeAreRefused) {
  const auto tags = [](std::string_view principal_tags) {
    return outcome(
        with_claims(R"(,"https://aws.amazon.com/tags":{"principal_tags":)" + std::string(principal_tags) + "}"));
  };
  EXPECT_EQ(tags(R"({"a":["1","2"]})"), kInvalid);
  EXPECT_EQ(tags(R"({"a":[]})"), kInvalid);
  EXPECT_EQ(tags(R"({"a":7})"), kInvalid);
  EXPECT_EQ(tags(R"({"":["1"]})"), kInvalid);
  EXPECT_EQ(tags(R"({")" + std::string(129, 'k') + R"(":["1"]})"), kInvalid);
  EXPECT_EQ(tags(R"({"a":[")" + std::string(257, 'v') + R"("]})"), kInvalid);
  EXPECT_EQ(tags(R"(["a"])"), kInvalid);
  std::string many = R"({"k":["1"])";
  for (int i = 0; i < 49; ++i)
    many += ",\"k" + std::to_string(i) + R"(":["1"])";
  EXPECT_EQ(tags(many + "}"), "ok");
  EXPECT_EQ(tags(many + R"(,"last":["1"]})"), kInvalid);

  const auto source = [](std::string_view identity) {
    return outcome(with_claims(R"(,"https://aws.amazon.com/source_identity":)" + std::string(identity)));
  };
  EXPECT_EQ(source(R"("alice")"), "ok");
  for (const char* bad : {R"("a")", R"("alice smith")", "7", R"(["alice"])"})
    EXPECT_EQ(source(bad), kInvalid) << bad;
}

}  // namespace
}  // namespace coffer::sts::testing
