#include "policy/principal_binding.h"

#include <gtest/gtest.h>

#include <map>

namespace coffer::policy {
namespace {

const std::string kAnn = "arn:aws:iam::111111111111:user/ann";
const std::string kReader = "arn:aws:iam::111111111111:role/app/reader";

class Directory final : public IdentityDirectory {
 public:
  Result<std::optional<std::string>> unique_id(const PrincipalName& name) const override {
    if (broken) return Error{ErrorCode::kIo, "the disk is gone"};
    for (const auto& [id, arn] : by_id) {
      if (arn == name.text) return std::optional(id);
    }
    return std::optional<std::string>();
  }
  Result<std::optional<std::string>> arn(std::string_view unique_id) const override {
    if (broken) return Error{ErrorCode::kIo, "the disk is gone"};
    const auto found = by_id.find(std::string(unique_id));
    return found == by_id.end() ? std::optional<std::string>() : std::optional(found->second);
  }

  std::map<std::string, std::string> by_id = {{"AIDAANNANNANNANNANNAN", kAnn}, {"AROAREADERREADERREADE", kReader}};
  bool broken = false;
};

Document parse(std::string_view text) {
  return *parse_document(text, DocumentKind::kSecretPolicy);
}

std::string policy(std::string_view principal) {
  return R"({"Statement": {"Effect": "Allow", "Principal": )" + std::string(principal) +
         R"(, "Action": "*", "Resource": "*"}})";
}

TEST(PrincipalBinding, UsersAndRolesAreBoundOnceAndNobodyElse) {
  const auto bound = *bind_principals(
      parse(policy(R"({"AWS": [")" + kAnn + R"(", ")" + kReader + R"(", ")" + kAnn +
                   R"(", "111111111111", "*", "AROAREADERREADERREADE"], "Service": "lambda.amazonaws.com"})")),
      Directory());
  EXPECT_FALSE(bound.missing);
  const std::vector<PrincipalBinding> expected = {{kAnn, "AIDAANNANNANNANNANNAN"},
                                                  {kReader, "AROAREADERREADERREADE"},
                                                  {"AROAREADERREADERREADE", "AROAREADERREADERREADE"}};
  EXPECT_EQ(bound.bindings, expected);
}

TEST(PrincipalBinding, WhoDoesNotExistIsNamed) {
  for (const std::string& name :
       {std::string("arn:aws:iam::111111111111:user/app/ann"), std::string("AIDADELETEDDELETEDDEL")}) {
    const auto bound = *bind_principals(parse(policy("{\"AWS\": [\"" + kAnn + "\", \"" + name + "\"]}")), Directory());
    ASSERT_TRUE(bound.missing);
    EXPECT_EQ(bound.missing->text, name);
  }
}

// A directory that cannot be read must not look like a principal that does not exist.
TEST(PrincipalBinding, ErrorsOfTheDirectoryStayWhatTheyAre) {
  Directory directory;
  const std::string text = policy("{\"AWS\": \"" + kAnn + "\"}");
  const auto bindings = bind_principals(parse(text), directory)->bindings;
  directory.broken = true;
  EXPECT_EQ(bind_principals(parse(text), directory).error().code, ErrorCode::kIo);
  EXPECT_EQ(show_principals(text, bindings, directory).error().code, ErrorCode::kIo);
}

TEST(PrincipalBinding, ADocumentDecidesByUniqueIds) {
  const Document document = parse(policy("{\"AWS\": [\"" + kAnn + "\", \"*\"]}"));
  const Document bound = with_unique_ids(document, bind_principals(document, Directory())->bindings);
  const auto& names = bound.statements[0].principals->items;
  EXPECT_EQ(names[0].kind, PrincipalName::Kind::kUniqueId);
  EXPECT_EQ(names[0].text, "AIDAANNANNANNANNANNAN");
  EXPECT_EQ(names[1].kind, PrincipalName::Kind::kEveryone);
}

// What AWS shows: the ARN while the user lives, then the bare id, also when somebody else has the name meanwhile.
TEST(PrincipalBinding, ADeletedUserIsShownAsItsIdAndARenamedOneByItsNewName) {
  Directory directory;
  const std::string text = policy("{\"AWS\": \"" + kAnn + "\"}");
  const auto bindings = bind_principals(parse(text), directory)->bindings;
  EXPECT_EQ(*show_principals(text, bindings, directory), text);

  directory.by_id["AIDAANNANNANNANNANNAN"] = "arn:aws:iam::111111111111:user/anna";
  EXPECT_EQ(*show_principals(text, bindings, directory), policy(R"({"AWS": "arn:aws:iam::111111111111:user/anna"})"));

  directory.by_id.erase("AIDAANNANNANNANNANNAN");
  directory.by_id["AIDASOMEBODYELSEELSEE"] = kAnn;
  EXPECT_EQ(*show_principals(text, bindings, directory), policy(R"({"AWS": "AIDAANNANNANNANNANNAN"})"));
}

// Terraform compares what it reads with what it wrote; and conditions are texts, not principals.
TEST(PrincipalBinding, NothingButPrincipalsChangesInTheText) {
  Directory directory;
  const std::string begin =
      "{\n\t\"Statement\" : [ { \"Sid\": \"a\\\"b]}\", \"Effect\":\"Deny\", \"NotPrincip\\u0061l\":{ \"AWS\":[";
  const std::string end =
      R"(]},"Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalArn":")" + kAnn +
      R"("},"NumericEquals":{"aws:x":-1.5e3},"Bool":{"aws:y":true},"Null":{"aws:Principal":["true"]}}}, )" +
      R"({"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"} ] } )";
  const std::string text = begin + R"("arn:aws:iam::111111111111:user\/ann" , "*")" + end;
  const std::vector<PrincipalBinding> bindings = {{kAnn, "AIDAANNANNANNANNANNAN"}};
  directory.by_id.clear();
  EXPECT_EQ(*show_principals(text, bindings, directory), begin + R"("AIDAANNANNANNANNANNAN" , "*")" + end);
}

}  // namespace
}  // namespace coffer::policy
