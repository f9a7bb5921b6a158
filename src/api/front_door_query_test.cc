// The Query dialect at the front door, and that both dialects reach the same cards.
#include <gtest/gtest.h>

#include "api/front_door.h"
#include "api/testing/front_door_fixture.h"
#include "api/testing/shapes_service.h"

namespace coffer::api {
namespace {

using testing::kKeyId;
using testing::kSecret;
using testing::kShapesNamespace;
using testing::Sent;

constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kVersion = "&Version=2010-05-08";
constexpr std::string_view kFault = "http://webservices.amazon.com/AWSFault/2005-15-09";

class FrontDoorQueryTest : public testing::FrontDoorTest {
 protected:
  FrontDoorQueryTest() { serve(ScopeRegion::kEndpoint); }

  void serve(ScopeRegion region) {
    more_services_ = {testing::shapes_service(shapes_)};
    more_services_[0].scope_region = region;
    more_services_[0].quotas = shape_quotas_;
    use_workers(1, 4);
  }

  // Headers are signed as they stand.
  std::unique_ptr<Sent> make_form(std::string_view form, const auth::ExpectedScope& scope = kShapesScope) {
    auto sent = std::make_unique<Sent>();
    sent->body = form;
    sent->headers = {
        {"Host", "localhost"}, {"Content-Type", std::string(kForm)}, {"X-Amz-Date", iso_basic(clock_.now())}};
    sign(*sent, scope);
    return sent;
  }
  void sign(Sent& sent, const auth::ExpectedScope& scope = kShapesScope, std::string_view key_id = kKeyId) {
    std::erase_if(sent.headers, [](const auto& header) { return header.first == "Authorization"; });
    const net::Request request = sent.request();
    const auth::SigningRequest signing{.method = request.method,
                                       .target = request.target,
                                       .headers = {request.headers.begin(), request.headers.end()},
                                       .body = request.body};
    sent.headers.emplace_back("Authorization",
                              auth::sign(signing, key_id, SecretBytes::copy_of(kSecret), scope, clock_.now()));
  }

  // "status body", in which the request's id is written "ID".
  std::string answer(Sent& sent) {
    deliver(sent);
    EXPECT_EQ(sent.connection.content_type(), "text/xml");
    const std::string id = sent.connection.header("x-amzn-RequestId");
    EXPECT_EQ(id.size(), 36u);
    EXPECT_EQ(id, audit_.last_request_id());
    std::string body = sent.connection.body();
    const size_t at = body.find("<RequestId>" + id + "</RequestId>");
    EXPECT_NE(at, body.npos) << body;
    if (at != body.npos) body.replace(at + 11, id.size(), "ID");
    return std::to_string(sent.connection.status()) + " " + body;
  }
  std::string post(std::string_view form) { return answer(*make_form(std::string(form).append(kVersion))); }

  static constexpr auth::ExpectedScope kShapesScope = {.region = "eu-west-1", .service = "shapes"};
  testing::ShapesRooms shapes_{};
  std::vector<RequestQuota> shape_quotas_;
};

std::string error(int status, std::string_view code, std::string_view message,
                  std::string_view xml_namespace = kShapesNamespace) {
  std::string text = std::to_string(status) + " <ErrorResponse xmlns=\"";
  text.append(xml_namespace).append("\"><Error><Type>").append(status < 500 ? "Sender" : "Receiver");
  text.append("</Type><Code>").append(code).append("</Code><Message>").append(message);
  return text.append("</Message></Error><RequestId>ID</RequestId></ErrorResponse>");
}

std::string echoed(std::string_view result) {
  return std::string("200 <EchoShapesResponse xmlns=\"")
      .append(kShapesNamespace)
      .append("\"><EchoShapesResult>")
      .append(result)
      .append("</EchoShapesResult><ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></EchoShapesResponse>");
}

// --- the way through ---------------------------------------------------------------------------------------------

// What one dialect says, the other says too: the card in between has no way to know.
TEST_F(FrontDoorQueryTest, EveryShapeComesBackInTheDialectOfItsRequest) {
  struct Case {
    std::string_view form, xml, json;
  };
  const Case cases[] = {
      {"", "", "{}"},
      {"&Name=a+%26+%3Cb%3E", "<Name>a &amp; &lt;b&gt;</Name>", R"({"Name":"a & <b>"})"},
      {"&Number=-7&Flag=true", "<Number>-7</Number><Flag>true</Flag>", R"({"Number":-7,"Flag":true})"},
      {"&Flag=0", "<Flag>false</Flag>", R"({"Flag":false})"},
      {"&Instant=2026-01-02T03%3A04%3A05Z", "<Instant>2026-01-02T03:04:05Z</Instant>", R"({"Instant":1767323045})"},
      {"&Text=p%22w&Blob=aGk%3D", "<Text>p\"w</Text><Blob>aGk=</Blob>", R"({"Text":"p\"w","Blob":"aGk="})"},
      {"&Words.member.1=x&Words.member.2=", "<Words><member>x</member><member></member></Words>",
       R"({"Words":["x",""]})"},
      {"&Words=", "<Words></Words>", R"({"Words":[]})"},
      {"&Numbers.member.2=2&Numbers.member.1=1", "<Numbers><member>1</member><member>2</member></Numbers>",
       R"({"Numbers":[1,2]})"},
      {"&Tags.member.1.Key=a&Tags.member.1.Values.member.1=x&Tags.member.2.Key=b&Tags.member.2.Values=",
       "<Tags><member><Key>a</Key><Values><member>x</member></Values></member><member><Key>b</Key><Values></Values>"
       "</member></Tags>",
       R"({"Tags":[{"Key":"a","Values":["x"]},{"Key":"b","Values":[]}]})"},
      {"&Tag.Key=k", "<Tag><Key>k</Key></Tag>", R"({"Tag":{"Key":"k"}})"},
      {"&Labels.entry.1.key=k.1&Labels.entry.1.value=v&Labels.entry.2.key=l&Labels.entry.2.value=",
       "<Labels><entry><key>k.1</key><value>v</value></entry><entry><key>l</key><value></value></entry></Labels>",
       R"({"Labels":{"k.1":"v","l":""}})"},
      {"&Groups.entry.1.key=g&Groups.entry.1.value.member.1.Key=k",
       "<Groups><entry><key>g</key><value><member><Key>k</Key></member></value></entry></Groups>",
       R"({"Groups":{"g":[{"Key":"k"}]}})"},
  };
  for (const auto& [form, xml, json] : cases) {
    EXPECT_EQ(post("Action=EchoShapes" + std::string(form)), echoed(xml)) << form;
    const auto sent = make("Shapes.EchoShapes", json);
    sign(*sent);
    deliver(*sent);
    EXPECT_EQ(sent->connection.body(), json);
    EXPECT_EQ(sent->connection.content_type(), "application/x-amz-json-1.1");
  }
}

TEST_F(FrontDoorQueryTest, AnOperationWithoutOutputHasNoResult) {
  EXPECT_EQ(post("Action=DeleteShape&Name=a"),
            "200 <DeleteShapeResponse xmlns=\"" + std::string(kShapesNamespace) +
                "\"><ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></DeleteShapeResponse>");
  EXPECT_EQ(audit_.last(), "shapes.DeleteShape arn:aws:iam::123456789012:root AKIAIOSFODNN7EXAMPLE  200");
}

// botocore names a charset, other SDKs do not.
TEST_F(FrontDoorQueryTest, AFormIsAFormWithAndWithoutParameters) {
  for (const char* type :
       {"application/x-www-form-urlencoded; charset=utf-8", "application/x-www-form-urlencoded;charset=UTF-8",
        "Application/X-WWW-Form-URLencoded ; a"}) {
    const auto sent = make_form("Action=EchoShapes&Name=a&Version=2010-05-08");
    sent->headers[1].second = type;
    sign(*sent);
    EXPECT_EQ(answer(*sent), echoed("<Name>a</Name>")) << type;
  }
}

TEST_F(FrontDoorQueryTest, AGetHasItsParametersInTheQueryString) {
  Sent sent;
  sent.method = "GET";
  sent.target = "/?Version=2010-05-08&Name=a%20b&Action=EchoShapes";
  sent.body = "Name=other";
  sent.headers = {{"Host", "localhost"}, {"X-Amz-Date", iso_basic(clock_.now())}};
  sign(sent);
  EXPECT_EQ(answer(sent), echoed("<Name>a b</Name>"));

  Sent forged;
  forged.method = "GET";
  forged.target = "/?Version=2010-05-08&Name=c&Action=EchoShapes";
  forged.headers = sent.headers;
  EXPECT_EQ(answer(forged).substr(0, 4), "403 ");
}

// --- refusals ----------------------------------------------------------------------------------------------------

// All but the first two as AWS's STS answers them. See find_route() for those.
TEST_F(FrontDoorQueryTest, WhatNamesNoOperationIsAFaultOfTheFrontEnd) {
  const std::tuple<std::string_view, std::string_view, std::string_view> cases[] = {
      {"Version=2010-05-08", "MissingAction", "The request is missing an action or a required parameter."},
      {"", "MissingAction", "The request is missing an action or a required parameter."},
      {"Action=No<Such&Version=2010-05-08", "InvalidAction",
       "Could not find operation No&lt;Such for version 2010-05-08"},
      {"Action=EchoShapes", "InvalidAction", "Could not find operation EchoShapes for version NO_VERSION_SPECIFIED"},
      {"Action=EchoShapes&Version=", "InvalidAction", "Could not find operation EchoShapes for version "},
      {"Action=EchoShapes&Version=2000-01-01", "InvalidAction",
       "Could not find operation EchoShapes for version 2000-01-01"},
      {"Action=NoSuchAction&Action=EchoShapes&Version=2010-05-08", "InvalidAction",
       "Could not find operation NoSuchAction for version 2010-05-08"},
      {"Action=EchoShapes&Version=2000-01-01&Version=2010-05-08", "InvalidAction",
       "Could not find operation EchoShapes for version 2000-01-01"},
      {"Action=&Version=2010-05-08", "InvalidAction", "Could not find operation  for version 2010-05-08"},
      {"Action=ReadThing&Version=2010-05-08", "InvalidAction",
       "Could not find operation ReadThing for version 2010-05-08"},
  };
  for (const auto& [form, code, message] : cases) {
    EXPECT_EQ(answer(*make_form(form)), error(400, code, message, kFault)) << form;
    Sent unsigned_form;
    unsigned_form.body = form;
    unsigned_form.headers = {{"Content-Type", std::string(kForm)}};
    EXPECT_EQ(answer(unsigned_form), error(400, code, message, kFault)) << form;
  }
  EXPECT_EQ(audit_.last(), ".   UnknownOperationException 400");
  EXPECT_EQ(answer(*make_form("Action=EchoShapes&Action=No&Version=2010-05-08&Version=2000-01-01")), echoed(""));
  const std::string long_name(5000, 'x');
  EXPECT_EQ(answer(*make_form("Action=" + long_name + "&Version=" + long_name)),
            error(400, "InvalidAction",
                  "Could not find operation " + long_name.substr(0, 128) + " for version " + long_name.substr(0, 128),
                  kFault));
}

// The same refusals as in JSON, by other names and with other statuses.
TEST_F(FrontDoorQueryTest, BadSignaturesAreRefusedInTheWordsOfQuery) {
  const std::string form = "Action=EchoShapes&Version=2010-05-08";
  const std::string mismatch = error(403, "SignatureDoesNotMatch",
                                     "The request signature we calculated does not match the signature you provided. "
                                     "Check your AWS Secret Access Key and signing method. Consult the service "
                                     "documentation for details.");
  const auto bare = make_form(form);
  bare->headers.pop_back();
  EXPECT_EQ(answer(*bare), error(403, "MissingAuthenticationToken", "Request is missing Authentication Token"));

  const auto incomplete = make_form(form);
  incomplete->headers.back().second = "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host";
  EXPECT_EQ(answer(*incomplete),
            error(400, "IncompleteSignature",
                  "Authorization header requires 'Signature' parameter. Authorization=AWS4-HMAC-SHA256 Credential=a, "
                  "SignedHeaders=host"));

  const auto altered = make_form(form);
  altered->body += "&Name=a";
  EXPECT_EQ(answer(*altered), mismatch);
  EXPECT_EQ(audit_.last(), "shapes.EchoShapes  AKIAIOSFODNN7EXAMPLE InvalidSignatureException 403");

  const auto unknown = make_form(form);
  sign(*unknown, kShapesScope, "AKIAUNKNOWNEXAMPLE12");
  EXPECT_EQ(answer(*unknown),
            error(403, "InvalidClientTokenId", "The security token included in the request is invalid."));

  const auto elsewhere = make_form(form, {.region = "us-east-1", .service = "things"});
  EXPECT_EQ(answer(*elsewhere),
            error(403, "SignatureDoesNotMatch",
                  "Credential should be scoped to a valid region, not 'us-east-1'. Credential should be scoped to "
                  "correct service: 'shapes'. "));

  const auto old = make_form(form);
  clock_.advance(std::chrono::minutes(16));
  EXPECT_EQ(answer(*old), error(403, "SignatureDoesNotMatch",
                                "Signature expired: 20150830T123600Z is now earlier than 20150830T123700Z "
                                "(20150830T125200Z - 15 min.)"));
  EXPECT_FALSE(shapes_.caller);
}

TEST_F(FrontDoorQueryTest, RefusalsOfTheServiceHaveItsCodesAndStatuses) {
  EXPECT_EQ(post("Action=EchoShapes&Name=missing"),
            error(404, "NoSuchEntity", "The shape with name &lt;missing&gt; cannot be found."));
  EXPECT_EQ(audit_.last(),
            "shapes.EchoShapes arn:aws:iam::123456789012:root AKIAIOSFODNN7EXAMPLE NoSuchEntityException 404");
  EXPECT_EQ(post("Action=EchoShapes&Name=attached"), error(409, "DeleteConflict", "Cannot delete entity."));
  EXPECT_EQ(post("Action=EchoShapes&Number=abc"),
            error(400, "MalformedInput", "integer must follow xsd1.1 definition"));
  EXPECT_EQ(post("Action=EchoShapes&Words.member.0=a"), error(400, "MalformedInput", "0 is not a valid index"));
  EXPECT_EQ(post("Action=EchoShapes&Name=%"), error(400, "MalformedInput", "The request is not well-formed."));
  EXPECT_EQ(post("Action=EchoShapes&Novelty="), error(400, "InvalidParameterValue", "Novelty is not supported."));
  EXPECT_EQ(post("Action=EchoShapes&Number=1000"),
            error(400, "ValidationError",
                  "1 validation error detected: Value '1000' at 'number' failed to satisfy constraint: Member must "
                  "have value less than or equal to 999"));
  EXPECT_EQ(post("Action=EchoShapes&Name=%01" + std::string(20, 'x')),
            error(400, "ValidationError",
                  "1 validation error detected: Value '\ufffd" + std::string(20, 'x') +
                      "' at 'name' failed to satisfy constraint: Member must have length less than or equal to 20"));
  shapes_.owner = "999999999999";
  const std::string denied = post("Action=EchoShapes&Name=a");
  EXPECT_TRUE(denied.starts_with("403 ")) << denied;
  EXPECT_NE(denied.find("<Code>AccessDenied</Code><Message>User: arn:aws:iam::123456789012:root is not authorized to "
                        "perform: shapes:EchoShapes on resource: arn:shapes:a"),
            denied.npos)
      << denied;
}

TEST_F(FrontDoorQueryTest, InternalFailuresAreNotTold) {
  EXPECT_EQ(post("Action=EchoShapes&Name=broken"),
            error(500, "ServiceFailure", "An error occurred on the server side."));
  EXPECT_NE(log().find("row 7 of the store is damaged"), std::string::npos);
  EXPECT_EQ(post("Action=EchoShapes&Name=disk"),
            error(503, "ServiceUnavailable", "The service is temporarily unavailable. Try again."));
}

TEST_F(FrontDoorQueryTest, AnErrorThatRepeatsBinaryInputIsStillXml) {
  Sent sent;
  sent.body = "Action=EchoShapes&Version=2010-05-08";
  sent.headers = {{"Content-Type", std::string(kForm)},
                  {"Authorization", "AWS4-HMAC-SHA256 Credential=\xff<\x01, SignedHeaders=host"}};
  const std::string text = answer(sent);
  EXPECT_NE(text.find("Credential=?&lt;\ufffd, "), text.npos) << text;
}

TEST_F(FrontDoorQueryTest, RatesAreCounted) {
  shape_quotas_ = {{.name = "echo", .per_second = 1, .operations = {"EchoShapes"}}};
  serve(ScopeRegion::kEndpoint);
  EXPECT_EQ(post("Action=EchoShapes"), echoed(""));
  EXPECT_EQ(post("Action=EchoShapes"), error(400, "Throttling", "Rate exceeded"));
}

// --- who is between client and server ----------------------------------------------------------------------------

// The body says what is to be done. STS refuses it likewise.
TEST_F(FrontDoorQueryTest, ABodyThatIsNotSignedIsNotBelieved) {
  const auto sent = make_form("Action=EchoShapes&Version=2010-05-08");
  sent->headers.emplace_back("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD");
  sign(*sent);
  EXPECT_EQ(answer(*sent).substr(0, 4), "403 ");
  sent->body = "Action=DeleteShape&Name=a&Version=2010-05-08";
  const auto other = std::make_unique<Sent>();
  other->body = sent->body;
  other->headers = sent->headers;
  EXPECT_EQ(answer(*other).substr(0, 4), "403 ");
  EXPECT_FALSE(shapes_.caller);
}

TEST_F(FrontDoorQueryTest, NobodyCanTurnOneDialectIntoTheOther) {
  const auto form = make_form("{}");
  form->headers.emplace_back("X-Amz-Target", "Shapes.DeleteShape");
  deliver(*form);
  EXPECT_EQ(form->connection.body(),
            R"({"__type":"InvalidSignatureException","message":"'x-amz-target' must be a 'SignedHeader' in the AWS )"
            R"(Authorization."})");
  const auto json = make("Shapes.EchoShapes", "Action=DeleteShape&Name=a&Version=2010-05-08");
  sign(*json);
  std::erase_if(json->headers, [](const auto& header) { return header.first == "X-Amz-Target"; });
  json->headers.emplace_back("Content-Type", kForm);
  EXPECT_EQ(answer(*json),
            error(400, "IncompleteSignature", "A header named in SignedHeaders is not part of the request."));
  EXPECT_FALSE(shapes_.caller);
}

// --- operations without a signature ------------------------------------------------------------------------------

TEST_F(FrontDoorQueryTest, AnOperationMayNeedNoSignatureAndDecidesByItself) {
  Sent sent;
  sent.body = "Action=ProveShape&Proof=good&Version=2010-05-08";
  sent.headers = {{"Content-Type", std::string(kForm)}};
  EXPECT_EQ(answer(sent), "200 <ProveShapeResponse xmlns=\"" + std::string(kShapesNamespace) +
                              "\"><ProveShapeResult><Subject>proven</Subject></ProveShapeResult><ResponseMetadata>"
                              "<RequestId>ID</RequestId></ResponseMetadata></ProveShapeResponse>");
  ASSERT_TRUE(shapes_.caller);
  EXPECT_EQ(shapes_.caller->kind, auth::PrincipalKind::kAnonymous);
  EXPECT_TRUE(shapes_.caller->account.empty());
  EXPECT_EQ(shapes_.caller->arn, "");
  EXPECT_EQ(audit_.last(), "shapes.ProveShape    200");
  EXPECT_EQ(audit_.last_resource(), "arn:shapes:proven");

  Sent bad;
  bad.body = "Action=ProveShape&Proof=bad&Version=2010-05-08";
  bad.headers = sent.headers;
  EXPECT_EQ(answer(bad), error(403, "AccessDenied", "Not authorized to perform shapes:ProveShape"));
}

// Whoever signs it all the same, well or badly, is nobody there.
TEST_F(FrontDoorQueryTest, ASignatureThatIsNotAskedForIsNotLookedAt) {
  for (const bool forged : {false, true}) {
    const auto sent = make_form("Action=ProveShape&Proof=good&Version=2010-05-08");
    if (forged) sent->headers.back().second = "AWS4-HMAC-SHA256 nonsense";
    EXPECT_EQ(answer(*sent).substr(0, 4), "200 ");
    EXPECT_EQ(shapes_.caller->kind, auth::PrincipalKind::kAnonymous);
  }
  const auto json = std::make_unique<Sent>();
  json->headers = {{"X-Amz-Target", "Shapes.ProveShape"}};
  json->body = R"({"Proof":"good"})";
  deliver(*json);
  EXPECT_EQ(json->connection.body(), R"({"Subject":"proven"})");
}

// Those who name no account share a rate, and cannot take any from those who do.
TEST_F(FrontDoorQueryTest, WhatIsNotSignedCountsOnTheAccountThatItNames) {
  shape_quotas_ = {{.name = "prove", .per_second = 1, .operations = {"ProveShape"}}};
  serve(ScopeRegion::kEndpoint);
  const auto status = [&](std::string_view more) {
    Sent sent;
    sent.body = "Action=ProveShape&Proof=good&Version=2010-05-08" + std::string(more);
    sent.headers = {{"Content-Type", std::string(kForm)}};
    return answer(sent).substr(0, 3);
  };
  EXPECT_EQ(status(""), "200");
  EXPECT_EQ(status(""), "400");
  EXPECT_EQ(status("&Shape=nonsense"), "400");
  EXPECT_EQ(status("&Shape=arn%3Aaws%3Ashapes%3A%3A111111111111%3Around"), "200");
  EXPECT_EQ(status("&Shape=arn%3Aaws%3Ashapes%3A%3A111111111111%3Asquare"), "400");
  EXPECT_EQ(status("&Shape=arn%3Aaws%3Ashapes%3A%3A222222222222%3Around"), "200");
}

TEST_F(FrontDoorQueryTest, WhatIsNotSignedCountsOnTheAddressThatItComesFrom) {
  shape_quotas_ = {{.name = "prove", .per_second = 2, .operations = {"ProveShape"}, .counted_by = CountedBy::kSource}};
  serve(ScopeRegion::kEndpoint);
  for (const char* status : {"200 ", "200 ", "400 "}) {
    Sent sent;
    sent.body = "Action=ProveShape&Proof=good&Version=2010-05-08";
    sent.headers = {{"Content-Type", std::string(kForm)}};
    EXPECT_EQ(answer(sent).substr(0, 4), status);
  }
}

// --- scopes ------------------------------------------------------------------------------------------------------

TEST_F(FrontDoorQueryTest, AServiceSaysWhichRegionsAScopeMayName) {
  const std::string form = "Action=EchoShapes&Version=2010-05-08";
  const auto with_region = [&](std::string_view region) {
    return answer(*make_form(form, {.region = region, .service = "shapes"}));
  };
  serve(ScopeRegion::kGlobal);
  EXPECT_EQ(with_region("us-east-1"), echoed(""));
  EXPECT_EQ(with_region("eu-west-1"),
            error(403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region, not 'eu-west-1'. "));
  serve(ScopeRegion::kEndpointOrGlobal);
  EXPECT_EQ(with_region("us-east-1"), echoed(""));
  EXPECT_EQ(with_region("eu-west-1"), echoed(""));
  EXPECT_EQ(with_region("eu-central-1"),
            error(403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region. "));
  serve(ScopeRegion::kEndpoint);
  EXPECT_EQ(with_region("us-east-1"),
            error(403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region, not 'us-east-1'. "));
}

}  // namespace
}  // namespace coffer::api
