#include "wire/shape.h"

#include <gtest/gtest.h>

#include <string>

#include "base/ids.h"
#include "wire/json.h"

namespace coffer::wire {
namespace {

constexpr Pattern kLetters = {
    "[a-z]+", [](std::string_view text) { return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == text.npos; }};
constexpr std::string_view kKeys[] = {"name", "tag-key"};
constexpr Constraint kItem = {.min = 2, .max = 4};

struct Filter {
  std::string key;
  std::optional<std::vector<std::string>> values;
  static constexpr Field kFields[] = {field<&Filter::key>("Key", {.values = kKeys}),
                                      field<&Filter::values>("Values", {.min = 1, .max = 2, .item = &kItem})};
};

struct Request {
  std::string secret_id;
  std::optional<int64_t> password_length;
  std::optional<bool> force;
  std::optional<SecretText> secret_string;
  std::optional<SecretBlob> secret_binary;
  std::optional<std::vector<Filter>> filters;
  std::optional<std::string> kms_key_id;
  std::optional<std::string> arn;
  std::optional<SecretText> token;
  static constexpr Field kFields[] = {
      field<&Request::secret_id>("SecretId", {.min = 1, .max = 5}),
      field<&Request::password_length>("PasswordLength", {.min = 1, .max = 4096}),
      field<&Request::force>("Force"),
      field<&Request::secret_string>("SecretString", {.min = 1, .max = 8}),
      field<&Request::secret_binary>("SecretBinary", {.min = 1, .max = 8}),
      field<&Request::filters>("Filters", {.max = 2}),
      field<&Request::kms_key_id>("KmsKeyId", {.pattern = &kLetters}),
      field<&Request::arn>("ARN", {.max = 1}),
      field<&Request::token>("Token", {.pattern = &kLetters, .idempotency_token = true}),
  };
};

Result<Request> read(std::string_view json) {
  Document document;
  COFFER_TRY(parse_json(json, {}, document));
  return decode<Request>(document.root());
}

// The error's name and text, or "ok".
std::string outcome(std::string_view json) {
  const Result<Request> result = read(json);
  if (result.ok()) return "ok";
  return std::string(error_name(result.error().code)) + ": " + result.error().message;
}

std::string one_violation(std::string_view text) {
  return "ValidationException: 1 validation error detected: " + std::string(text);
}

TEST(Shape, ARequestIsDecodedIntoItsStruct) {
  Result<Request> request = read(
      R"({"SecretId":"ab","PasswordLength":7,"Force":true,"SecretString":"s3","SecretBinary":"aGk=","Unknown":[1],
          "Filters":[{"Key":"name","Values":["xx","yyy"]},{"Key":"tag-key"}],"KmsKeyId":null})");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->secret_id, "ab");
  EXPECT_EQ(request->password_length, 7);
  EXPECT_EQ(request->force, true);
  EXPECT_TRUE(request->secret_string->bytes.equals(SecretBytes::copy_of("s3")));
  EXPECT_TRUE(request->secret_binary->bytes.equals(SecretBytes::copy_of("hi")));
  ASSERT_EQ(request->filters->size(), 2u);
  EXPECT_EQ(*(*request->filters)[0].values, (std::vector<std::string>{"xx", "yyy"}));
  EXPECT_FALSE((*request->filters)[1].values);
  EXPECT_FALSE(request->kms_key_id);
  EXPECT_FALSE(request->arn);
}

TEST(Shape, ViolationsAreReportedInAwsWords) {
  EXPECT_EQ(outcome("{}"),
            one_violation("Value null at 'secretId' failed to satisfy constraint: Member must not be null"));
  EXPECT_EQ(outcome(R"({"SecretId":null})"),
            one_violation("Value null at 'secretId' failed to satisfy constraint: Member must not be null"));
  EXPECT_EQ(
      outcome(R"({"SecretId":"x","PasswordLength":5555})"),
      one_violation("Value '5555' at 'passwordLength' failed to satisfy constraint: Member must have value less than "
                    "or equal to 4096"));
  EXPECT_EQ(
      outcome(R"({"SecretId":"x","PasswordLength":0})"),
      one_violation("Value '0' at 'passwordLength' failed to satisfy constraint: Member must have value greater than "
                    "or equal to 1"));
  EXPECT_EQ(
      outcome(R"({"SecretId":""})"),
      one_violation("Value '' at 'secretId' failed to satisfy constraint: Member must have length greater than or "
                    "equal to 1"));
  EXPECT_EQ(
      outcome(R"({"SecretId":"abcdef"})"),
      one_violation("Value 'abcdef' at 'secretId' failed to satisfy constraint: Member must have length less than or "
                    "equal to 5"));
  EXPECT_EQ(
      outcome(R"({"SecretId":"x","KmsKeyId":"A1"})"),
      one_violation("Value 'A1' at 'kmsKeyId' failed to satisfy constraint: Member must satisfy regular expression "
                    "pattern: [a-z]+"));
  EXPECT_EQ(outcome(R"({"SecretId":"x","ARN":"xx"})"),
            one_violation(
                "Value 'xx' at 'arn' failed to satisfy constraint: Member must have length less than or equal to 1"));
}

TEST(Shape, LengthsCountCharactersAndNotBytes) {
  EXPECT_EQ(outcome(R"({"SecretId":"ééééé"})"), "ok");
  EXPECT_NE(outcome(R"({"SecretId":"éééééé"})"), "ok");
}

TEST(Shape, NestedMembersAreNamedByTheirPath) {
  EXPECT_EQ(
      outcome(R"({"SecretId":"x","Filters":[{"Key":"name"},{"Key":"colour"}]})"),
      one_violation("Value 'colour' at 'filters.2.member.key' failed to satisfy constraint: Member must satisfy enum "
                    "value set: [name, tag-key]"));
  EXPECT_EQ(
      outcome(R"({"SecretId":"x","Filters":[{}]})"),
      one_violation("Value null at 'filters.1.member.key' failed to satisfy constraint: Member must not be null"));
  EXPECT_EQ(outcome(R"({"SecretId":"x","Filters":[null]})"),
            one_violation("Value null at 'filters.1.member' failed to satisfy constraint: Member must not be null"));
  EXPECT_EQ(outcome(R"({"SecretId":"x","Filters":[{"Key":"name"},{"Key":"name"},{"Key":"name"}]})"),
            one_violation(
                "Value at 'filters' failed to satisfy constraint: Member must have length less than or equal to 2"));
}

TEST(Shape, ListsOfTextAreReportedWhole) {
  EXPECT_EQ(
      outcome(R"({"SecretId":"x","Filters":[{"Key":"name","Values":[]}]})"),
      one_violation("Value '[]' at 'filters.1.member.values' failed to satisfy constraint: Member must have length "
                    "greater than or equal to 1"));
  EXPECT_EQ(
      outcome(R"({"SecretId":"x","Filters":[{"Key":"name","Values":["ok","toolong"]}]})"),
      one_violation("Value '[ok, toolong]' at 'filters.1.member.values' failed to satisfy constraint: Member must "
                    "satisfy constraint: [Member must have length less than or equal to 4, Member must have length "
                    "greater than or equal to 2]"));
}

TEST(Shape, AllViolationsAreReportedAtOnce) {
  EXPECT_EQ(
      outcome(R"({"PasswordLength":0,"KmsKeyId":"1"})"),
      "ValidationException: 3 validation errors detected: "
      "Value null at 'secretId' failed to satisfy constraint: Member must not be null; "
      "Value '0' at 'passwordLength' failed to satisfy constraint: Member must have value greater than or equal to 1; "
      "Value '1' at 'kmsKeyId' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+");
}

// A violation ends up in logs and terminals.
TEST(Shape, SensitiveValuesAreNeverShown) {
  EXPECT_EQ(
      outcome(R"({"SecretId":"x","SecretString":"hunter2hunter2"})"),
      one_violation("Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal "
                    "to 8"));
  EXPECT_EQ(
      outcome(R"({"SecretId":"x","SecretBinary":"aHVudGVyMmh1bnRlcjI="})"),
      one_violation("Value at 'secretBinary' failed to satisfy constraint: Member must have length less than or equal "
                    "to 8"));
  EXPECT_EQ(outcome(R"({"SecretId":"x","Token":"hunter2"})"),
            one_violation("Value at 'token' failed to satisfy constraint: Member must satisfy regular expression "
                          "pattern: [a-z]+"));
  EXPECT_EQ(outcome(R"({"SecretId":"x","SecretBinary":"hunter2!"})"),
            "SerializationException: Member 'secretBinary' is not valid base64");
}

TEST(Shape, LongValuesAreCutInViolations) {
  // 1,023 bytes and a two-byte character across the border.
  std::string value(1023, 'a');
  for (int i = 0; i < 2000; ++i)
    value += "\u00e9";
  EXPECT_EQ(
      outcome("{\"SecretId\":\"" + value + "\"}"),
      one_violation("Value '" + std::string(1023, 'a') +
                    "' at 'secretId' failed to satisfy constraint: Member must have length less than or equal to 5"));
}

TEST(Shape, AHugeRequestDoesNotGetAHugeAnswer) {
  std::string filters;
  for (int i = 0; i < 5000; ++i)
    filters += (i == 0 ? "" : ",") + std::string("{\"Key\":\"bad\"}");
  const std::string text = outcome("{\"SecretId\":\"x\",\"Filters\":[" + filters + "]}");
  EXPECT_TRUE(text.starts_with("ValidationException: 32 validation errors detected: "));
  EXPECT_LT(text.size(), 10'000u);
}

TEST(Shape, WrongJsonTypesAreRefusedInAwsWords) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"SecretId":1})", "NUMBER_VALUE can not be converted to a String"},
      {R"({"SecretId":true})", "TRUE_VALUE can not be converted to a String"},
      {R"({"SecretId":["x"]})", "Start of list found where not expected"},
      {R"({"SecretId":{}})", "Start of structure or map found where not expected."},
      {R"({"SecretId":"x","PasswordLength":"7"})", "STRING_VALUE can not be converted to an Integer"},
      {R"({"SecretId":"x","PasswordLength":7.0})", "DECIMAL_VALUE can not be converted to an Integer"},
      {R"({"SecretId":"x","Force":"true"})", "STRING_VALUE can not be converted to a Boolean"},
      {R"({"SecretId":"x","Filters":"f"})", "STRING_VALUE can not be converted to a List"},
      {R"({"SecretId":"x","Filters":{}})", "Start of structure or map found where not expected."},
      {R"({"SecretId":"x","Filters":["f"]})", "STRING_VALUE can not be converted to a Structure"},
      {R"({"SecretId":"x","Filters":[{"Key":"name","Values":[1]}]})", "NUMBER_VALUE can not be converted to a String"},
      {R"({"SecretString":1,"SecretId":"too long"})", "NUMBER_VALUE can not be converted to a String"},
      {R"([])", "Start of list found where not expected"},
      {R"("x")", "STRING_VALUE can not be converted to a Structure"},
  };
  for (const auto& [json, text] : cases)
    EXPECT_EQ(outcome(json), "SerializationException: " + std::string(text)) << json;
}

struct Item {
  std::string region;
  std::optional<Time> last;
  static constexpr Field kFields[] = {field<&Item::region>("Region"), field<&Item::last>("Last")};
};

struct Response {
  std::string name;
  std::optional<std::string> description;
  std::optional<Time> created;
  std::optional<SecretText> secret_string;
  std::optional<SecretBlob> secret_binary;
  std::optional<StringListMap> stages;
  std::optional<std::vector<Item>> items;
  std::vector<std::string> labels;
  AccountId account;
  int64_t count = 0;
  bool done = false;
  static constexpr Field kFields[] = {
      field<&Response::name>("Name"),
      field<&Response::description>("Description"),
      field<&Response::created>("CreatedDate"),
      field<&Response::secret_string>("SecretString"),
      field<&Response::secret_binary>("SecretBinary"),
      field<&Response::stages>("VersionIdsToStages"),
      field<&Response::items>("Items"),
      field<&Response::labels>("Labels"),
      field<&Response::account>("Account"),
      field<&Response::count>("Count"),
      field<&Response::done>("Done"),
  };
};

std::string written(const Response& response) {
  SecretBuffer out;
  JsonEncoder encoder(out);
  encoder.begin_object();
  encode(response, encoder);
  encoder.end_object();
  return std::string(out.view());
}

TEST(Shape, AbsentMembersAreLeftOutOfAnAnswer) {
  EXPECT_EQ(written({}), R"({"Name":"","Labels":[],"Account":"","Count":0,"Done":false})");
}

TEST(Shape, AnAnswerIsWrittenInTheOrderOfItsFields) {
  Response response{.name = "n",
                    .description = "d",
                    .created = Time(Duration(1500)),
                    .secret_string = SecretText{SecretBytes::copy_of("s")},
                    .secret_binary = SecretBlob{SecretBytes::copy_of("b")},
                    .stages = StringListMap{{"v1", {"AWSCURRENT", "x"}}, {"v0", {}}},
                    .labels = {"l"},
                    .account = *AccountId::parse("123456789012"),
                    .count = 3,
                    .done = true};
  response.items.emplace().push_back({.region = "r", .last = {}});
  EXPECT_EQ(written(response),
            R"({"Name":"n","Description":"d","CreatedDate":1.5,"SecretString":"s","SecretBinary":"Yg==",)"
            R"("VersionIdsToStages":{"v1":["AWSCURRENT","x"],"v0":[]},"Items":[{"Region":"r"}],"Labels":["l"],)"
            R"("Account":"123456789012","Count":3,"Done":true})");
}

struct Sealed {
  Blob ciphertext;
  std::optional<Blob> other;
  static constexpr Field kFields[] = {field<&Sealed::ciphertext>("Ciphertext", {.min = 1, .max = 4}),
                                      field<&Sealed::other>("Other")};
};

std::string resealed(std::string_view json) {
  Document document;
  EXPECT_TRUE(parse_json(json, {}, document).ok());
  const auto sealed = decode<Sealed>(document.root());
  if (!sealed.ok()) return sealed.error().message;
  SecretBuffer out;
  JsonEncoder encoder(out);
  encoder.begin_object();
  encode(*sealed, encoder);
  encoder.end_object();
  return std::string(out.view());
}

// Ciphertexts are no secrets, but bytes all the same.
TEST(Shape, BytesThatAreNoSecretAreBase64Too) {
  EXPECT_EQ(resealed(R"({"Ciphertext":"AP8KIg=="})"), R"({"Ciphertext":"AP8KIg=="})");
  EXPECT_EQ(resealed(R"({"Ciphertext":"YQ==","Other":""})"), R"({"Ciphertext":"YQ==","Other":""})");
  EXPECT_EQ(resealed(R"({"Ciphertext":"YWFhYWE="})"),
            "1 validation error detected: Value at 'ciphertext' failed to satisfy constraint: Member must have length "
            "less than or equal to 4");
  EXPECT_NE(resealed(R"({"Ciphertext":"YQ"})").find("base64"), std::string::npos);
  EXPECT_EQ(Sealed::kFields[0].type, Type::kBlob);
  EXPECT_FALSE(Sealed::kFields[0].sensitive);
}

// The comparison with the AWS model reads these.
TEST(Shape, FieldsSayWhatIsRequiredSensitiveAndNested) {
  EXPECT_TRUE(Request::kFields[0].required);
  EXPECT_FALSE(Request::kFields[1].required);
  EXPECT_TRUE(Request::kFields[3].sensitive);
  EXPECT_FALSE(Request::kFields[0].sensitive);
  EXPECT_EQ(Request::kFields[5].nested.size(), 2u);
  EXPECT_TRUE(Request::kFields[8].constraint.idempotency_token);
  EXPECT_FALSE(Request::kFields[0].constraint.idempotency_token);
}

template <size_t kSize>
std::vector<Type> types(const Field (&fields)[kSize], Type Field::*which) {
  std::vector<Type> types;
  for (const Field& field : fields)
    types.push_back(field.*which);
  return types;
}

// So does this: optional or not, a member is of the type that its C++ type means on the wire.
TEST(Shape, FieldsSayOfWhichTypeTheyAre) {
  using enum Type;
  EXPECT_EQ(types(Request::kFields, &Field::type),
            (std::vector{kString, kInteger, kBoolean, kSecretText, kSecretBlob, kList, kString, kString, kSecretText}));
  EXPECT_EQ(Request::kFields[5].item, kStructure);
  EXPECT_EQ(Filter::kFields[1].item, kString);
  EXPECT_EQ(types(Response::kFields, &Field::type), (std::vector{kString, kString, kTimestamp, kSecretText, kSecretBlob,
                                                                 kMap, kList, kList, kString, kInteger, kBoolean}));
}

}  // namespace
}  // namespace coffer::wire
