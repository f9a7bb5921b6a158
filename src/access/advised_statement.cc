#include "access/advised_statement.h"

#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "access/circumstances.h"
#include "base/arn.h"
#include "base/log.h"

namespace coffer::access {
namespace {

using policy::Party;

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

std::string single(const Denial& denial, std::string_view key) {
  std::string scratch;
  return std::string(denial.request.context.single(key, scratch).value_or(""));
}

// The members of a statement, in the usual order.
class StatementText {
 public:
  void member(std::string_view name, std::string_view json) {
    text_.append(", ").append(quoted(name)).append(": ").append(json);
  }
  void condition(const std::vector<std::pair<std::string, std::string>>& equals) {
    std::string keys;
    for (const auto& [key, value] : equals) {
      if (value.empty()) continue;
      keys.append(keys.empty() ? "" : ", ").append(quoted(key)).append(": ").append(quoted(value));
    }
    if (!keys.empty()) member("Condition", R"({"StringEquals": {)" + keys + "}}");
  }
  std::string finish() { return text_ + "}"; }

 private:
  std::string text_ = R"({"Effect": "Allow")";
};

constexpr std::string_view kProvider = ":oidc-provider/";

// Whom a statement of the resource's policy is to name.
std::string principal_of(const Denial& denial) {
  const std::string_view kind = denial.request.principal.kind == policy::PrincipalKind::kProvider ? "Federated" : "AWS";
  return "{" + quoted(kind) + ": " + quoted(denial.principal()) + "}";
}

// A provider vouches for many: who of them asks, and for whom the token was made, says the token.
std::vector<std::pair<std::string, std::string>> token_conditions(const Denial& denial) {
  const policy::RequestPrincipal& principal = denial.request.principal;
  const size_t name = principal.arn.find(kProvider);
  if (principal.kind != policy::PrincipalKind::kProvider || name == principal.arn.npos) return {};
  const std::string provider(principal.arn.substr(name + kProvider.size()));
  return {{provider + ":aud", single(denial, provider + ":aud")},
          {provider + ":sub", single(denial, provider + ":sub")}};
}

std::string actions_of(const Denial& denial) {
  return is_trial(denial) ? R"(["kms:Decrypt", "kms:GenerateDataKey"])" : quoted(denial.question.action);
}

std::string resource_of(const Denial& denial) {
  const std::string& name = denial.question.resource.name;
  // What is not there has no ARN, and only "*" matches it. "${" would begin a variable.
  const bool can_be_named = Arn::parse(name) && name.find("${") == std::string::npos;
  return quoted(can_be_named ? name : "*");
}

}  // namespace

std::string place_of(const Denial& denial, Party party, uint32_t level) {
  const std::string& resource = denial.question.resource.name;
  const std::string levels = " of level " + std::to_string(level);
  switch (party) {
    case Party::kIdentity:
      return "an identity policy of " + std::string(denial.identity());
    case Party::kBoundary:
      return "the permissions boundary of " + std::string(denial.identity());
    case Party::kSession:
      return "the session policy of " + std::string(denial.request.principal.arn);
    case Party::kServiceControl:
      return "a service control policy" + levels;
    case Party::kResourceControl:
      return "a resource control policy" + levels;
    case Party::kResource:
      break;
  }
  switch (denial.rule()) {
    case policy::ResourceRule::kKeyPolicy:
      return "the key policy of " + resource;
    case policy::ResourceRule::kTrustPolicy:
      return "the trust policy of " + resource;
    case policy::ResourceRule::kOrdinary:
      return "the resource policy of " + resource;
  }
  std::abort();
}

std::string advised_statement(const Denial& denial, Party party) {
  StatementText text;
  if (party == Party::kResource) text.member("Principal", principal_of(denial));
  if (party == Party::kResourceControl) text.member("Principal", quoted("*"));
  text.member("Action", actions_of(denial));
  if (party != Party::kResource) {
    text.member("Resource", resource_of(denial));
  } else if (denial.rule() != policy::ResourceRule::kTrustPolicy) {
    text.member("Resource", quoted("*"));
  }
  auto conditions = token_conditions(denial);
  conditions.emplace_back("kms:ViaService", single(denial, "kms:ViaService"));
  text.condition(conditions);
  return text.finish();
}

std::string advised_statement_for_any_key(const Denial& denial) {
  Arn any = Arn::parse(denial.question.resource.name).value_or(Arn());
  any.resource = "key/*";
  StatementText text;
  text.member("Action", actions_of(denial));
  text.member("Resource", quoted(any.text()));
  text.condition({{"kms:ViaService", single(denial, "kms:ViaService")},
                  {"kms:EncryptionContext:SecretARN", single(denial, "kms:EncryptionContext:SecretARN")}});
  return text.finish();
}

policy::DocumentKind document_kind_of(const Denial& denial, Party party) {
  if (party == Party::kResourceControl) return policy::DocumentKind::kResourceControlPolicy;
  if (party != Party::kResource) return policy::DocumentKind::kIdentityPolicy;
  switch (denial.rule()) {
    case policy::ResourceRule::kKeyPolicy:
      return policy::DocumentKind::kKeyPolicy;
    case policy::ResourceRule::kTrustPolicy:
      return policy::DocumentKind::kTrustPolicy;
    case policy::ResourceRule::kOrdinary:
      return policy::DocumentKind::kSecretPolicy;
  }
  std::abort();
}

}  // namespace coffer::access
