#include "policy/principal_directory.h"

#include <gtest/gtest.h>

#include <set>

namespace coffer::policy {
namespace {

class Directory final : public PrincipalDirectory {
 public:
  explicit Directory(std::set<std::string> known) : known_(std::move(known)) {}
  Result<bool> exists(const PrincipalName& name) const override {
    asked_.push_back(name.text);
    if (name.text == "000000000000") return Error{ErrorCode::kIo, "the disk is gone"};
    return known_.contains(name.text);
  }
  mutable std::vector<std::string> asked_;

 private:
  std::set<std::string> known_;
};

Document document_of(std::string_view principals) {
  std::string text = R"({"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"},)";
  text.append(R"({"Effect":"Deny",)").append(principals).append(R"(,"Action":"*","Resource":"*"}]})");
  return *parse_document(text, DocumentKind::kSecretPolicy);
}

TEST(CheckPrincipals, WhatExistsIsSupported) {
  const Directory directory({"111111111111", "arn:aws:iam::111111111111:user/ann"});
  EXPECT_TRUE(
      check_principals(document_of(R"("Principal":{"AWS":["111111111111","arn:aws:iam::111111111111:user/ann"]})"),
                       directory)
          .ok());
  EXPECT_EQ(directory.asked_.size(), 2u);
}

// Terraform retries on exactly this text.
TEST(CheckPrincipals, WhatDoesNotExistIsUnsupported) {
  for (const std::string_view member : {"Principal", "NotPrincipal"}) {
    const Directory directory({"111111111111"});
    const auto refused = check_principals(
        document_of("\"" + std::string(member) + R"(":{"AWS":["111111111111","arn:aws:iam::111111111111:role/r"]})"),
        directory);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kMalformedPolicyDocument);
    EXPECT_EQ(refused.error().message, "This resource policy contains an unsupported principal.");
  }
}

TEST(CheckPrincipals, EveryKindThatMayBeMissingIsAskedAbout) {
  for (const std::string_view name :
       {"111111111111", "arn:aws:iam::111111111111:root", "arn:aws:iam::111111111111:user/ann",
        "arn:aws:iam::111111111111:role/r", "arn:aws:sts::111111111111:assumed-role/r/session",
        "arn:aws:sts::111111111111:federated-user/ann", "AIDACKCEVSQ6C2EXAMPLE"}) {
    const Document document = document_of(R"("Principal":{"AWS":")" + std::string(name) + "\"}");
    EXPECT_FALSE(check_principals(document, Directory({})).ok()) << name;
    EXPECT_TRUE(check_principals(document, Directory({std::string(name)})).ok()) << name;
  }
}

TEST(CheckPrincipals, EveryoneAndServicesAreNotAskedAbout) {
  const Directory directory({});
  EXPECT_TRUE(
      check_principals(document_of(R"("Principal":{"AWS":"*","Service":"lambda.amazonaws.com"})"), directory).ok());
  EXPECT_TRUE(directory.asked_.empty());
}

// A directory that cannot be read must not look like a principal that does not exist.
TEST(CheckPrincipals, ErrorsOfTheDirectoryStayWhatTheyAre) {
  const auto failed = check_principals(document_of(R"("Principal":{"AWS":"000000000000"})"), Directory({}));
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace coffer::policy
