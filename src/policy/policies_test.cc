// What is read, refused, public or locks out, as data: tests/policies/*.json, one test for each document.
// tests/policies/README.md explains the format.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "policy/breadth.h"
#include "policy/document.h"
#include "policy/evaluator.h"

namespace coffer::policy {
namespace {

namespace json = boost::json;

constexpr RequestPrincipal kRoot{.kind = PrincipalKind::kAccountRoot,
                                 .arn = "arn:aws:iam::123456789012:root",
                                 .account = "123456789012",
                                 .user_id = "123456789012"};
constexpr std::string_view kSecret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-AbCdEf";

struct Case {
  std::string file;
  json::object content;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.file << ": " << one.content.at("name").as_string().c_str();
}

std::string text_of(const json::value& value) {
  return std::string(value.as_string());
}

std::string document_text(const json::object& one) {
  if (const json::value* const text = one.if_contains("text")) return text_of(*text);
  if (const json::value* const policy = one.if_contains("policy")) return json::serialize(*policy);
  json::object statement = {{"Effect", "Allow"},
                            {"Principal", {{"AWS", "123456789012"}}},
                            {"Action", "secretsmanager:GetSecretValue"},
                            {"Resource", "*"}};
  for (const auto& [name, value] : one.at("with").as_object()) {
    if (value.is_null()) {
      statement.stable_erase(statement.find(name));
    } else {
      statement.insert_or_assign(name, value);
    }
  }
  return json::serialize(json::object{{"Version", "2012-10-17"}, {"Statement", json::array{statement}}});
}

DocumentKind kind_of(const json::object& one) {
  const std::string name = one.contains("kind") ? text_of(one.at("kind")) : "secret";
  if (name == "identity") return DocumentKind::kIdentityPolicy;
  if (name == "trust") return DocumentKind::kTrustPolicy;
  if (name == "key") return DocumentKind::kKeyPolicy;
  if (name == "rcp") return DocumentKind::kResourceControlPolicy;
  EXPECT_EQ(name, "secret");
  return DocumentKind::kSecretPolicy;
}

std::string_view name_of(PrincipalName::Kind kind) {
  switch (kind) {
    case PrincipalName::Kind::kEveryone:
      return "Everyone";
    case PrincipalName::Kind::kAccount:
      return "Account";
    case PrincipalName::Kind::kUser:
      return "User";
    case PrincipalName::Kind::kRole:
      return "Role";
    case PrincipalName::Kind::kRoleSession:
      return "RoleSession";
    case PrincipalName::Kind::kFederatedUser:
      return "FederatedUser";
    case PrincipalName::Kind::kUniqueId:
      return "UniqueId";
    case PrincipalName::Kind::kService:
      return "Service";
    case PrincipalName::Kind::kFederatedProvider:
      return "FederatedProvider";
  }
  return "?";
}

json::array principals_of(const Document& document) {
  json::array found;
  for (const Statement& statement : document.statements) {
    if (!statement.principals) continue;
    for (const PrincipalName& name : statement.principals->items)
      found.push_back(json::string(std::string(name_of(name.kind)) + " " + name.text));
  }
  return found;
}

// Whether the root user could replace the secret's policy, were it this one, by a request that has nothing to tell.
bool locks_out(const Document& document) {
  const CompiledPolicy compiled(document);
  RequestContext context;
  add_principal_keys(kRoot, context);
  PolicySet policies;
  policies.resource = &compiled;
  const AccessRequest request{.principal = kRoot,
                              .action = "secretsmanager:PutResourcePolicy",
                              .resource = kSecret,
                              .resource_account = kRoot.account,
                              .resource_organization = {},
                              .context = context};
  return !evaluate(request, policies).allowed();
}

std::vector<Case> load_cases() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(COFFER_POLICIES_DIRECTORY)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<Case> cases;
  for (const std::filesystem::path& path : files) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    json::error_code error;
    const json::value content = json::parse(text.str(), error);
    if (error || !content.is_array()) {
      cases.push_back({path.stem().string(), {{"name", "is not a JSON list"}}});
      continue;
    }
    for (const json::value& one : content.as_array())
      cases.push_back({path.stem().string(), one.as_object()});
  }
  return cases;
}

std::string test_name(const ::testing::TestParamInfo<Case>& info) {
  std::string name = info.param.file + "_" + std::to_string(info.index) + "_";
  name += text_of(info.param.content.at("name"));
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

class Policies : public ::testing::TestWithParam<Case> {};

TEST_P(Policies, AreTakenAsWritten) {
  const json::object& one = GetParam().content;
  ASSERT_EQ(one.contains("text") + one.contains("policy") + one.contains("with"), 1) << "a case is one document";
  for (const auto& member : one) {
    constexpr std::string_view kKnown[] = {"name",  "text", "policy", "with",       "kind",
                                           "fault", "at",   "public", "locked_out", "principals"};
    ASSERT_NE(std::ranges::find(kKnown, std::string_view(member.key())), std::end(kKnown)) << member.key();
  }

  const std::string text = document_text(one);
  const auto read = read_document(text, kind_of(one));
  if (one.contains("fault")) {
    const Fault* const fault = std::get_if<Fault>(&read);
    ASSERT_TRUE(fault) << "was read: " << text;
    EXPECT_EQ(policy::name_of(fault->kind), text_of(one.at("fault"))) << fault->path << " " << fault->message;
    EXPECT_EQ(fault->path, text_of(one.at("at"))) << fault->message;
    EXPECT_FALSE(fault->message.empty());
    return;
  }
  const Document* const document = std::get_if<Document>(&read);
  ASSERT_TRUE(document) << policy::name_of(std::get<Fault>(read).kind) << " at " << std::get<Fault>(read).path << ": "
                        << text;
  EXPECT_EQ(grants_public_access(*document), one.contains("public") && one.at("public").as_bool());
  // What is stored with a secret is of this kind; only there is it asked.
  if (kind_of(one) == DocumentKind::kSecretPolicy) {
    EXPECT_EQ(locks_out(*document), one.contains("locked_out") && one.at("locked_out").as_bool());
  }
  if (one.contains("principals")) {
    EXPECT_EQ(principals_of(*document), one.at("principals").as_array());
  }
}

INSTANTIATE_TEST_SUITE_P(All, Policies, ::testing::ValuesIn(load_cases()), test_name);

}  // namespace
}  // namespace coffer::policy
