#include "access/testing/scene.h"

#include <cstdio>
#include <cstdlib>

#include "access/explainer.h"
#include "access/key_resource.h"
#include "base/time_text.h"
#include "kms/key_policy.h"
#include "policy/access_denied.h"

namespace coffer::access::testing {
namespace {

const Region kRegion = *Region::parse("us-east-1");
constexpr std::string_view kKeyId = "12345678-1234-1234-1234-123456789012";

std::string document_of(std::string_view statements) {
  return R"({"Version": "2012-10-17", "Statement": [)" + std::string(statements) + "]}";
}

std::string arn_of(std::string_view service, const AccountId& account, std::string_view rest) {
  return "arn:aws:" + std::string(service) + "::" + account.text() + ":" + std::string(rest);
}

std::string_view verb_of(policy::Verdict verdict) {
  switch (verdict) {
    case policy::Verdict::kAllows:
      return "allows";
    case policy::Verdict::kDenies:
      return "denies";
    case policy::Verdict::kSilent:
      return "does not allow";
  }
  std::abort();
}

}  // namespace

policy::CompiledPolicy compiled(std::string_view statements, policy::DocumentKind kind, policy::PolicySource source) {
  auto document = policy::parse_document(document_of(statements), kind);
  if (!document.ok()) {
    std::fprintf(stderr, "scene: no policy: %s\n", std::string(statements).c_str());
    std::abort();
  }
  return policy::CompiledPolicy(std::move(document).value(), std::move(source));
}

void Scene::role_session_of(const AccountId& account) {
  caller = {.account = account,
            .kind = auth::PrincipalKind::kRoleSession,
            .arn = arn_of("sts", account, "assumed-role/reader/app"),
            .user_id = "AROACKCEVSQ6C2EXAMPLE:app"};
  principal = {.kind = policy::PrincipalKind::kRoleSession,
               .arn = caller.arn,
               .account = caller.account.text(),
               .user_id = caller.user_id,
               .role_arn = keys.keep(arn_of("iam", account, "role/teams/reader"))};
}

void Scene::user_of(const AccountId& account) {
  caller = {.account = account,
            .kind = auth::PrincipalKind::kUser,
            .arn = arn_of("iam", account, "user/ann"),
            .user_id = "AIDACKCEVSQ6C2EXAMPLE"};
  principal = {.kind = policy::PrincipalKind::kUser,
               .arn = caller.arn,
               .account = caller.account.text(),
               .user_id = caller.user_id};
}

const policy::CompiledPolicy* Scene::keep(policy::CompiledPolicy policy) {
  return &policies_.emplace_back(std::move(policy));
}

void Scene::identity(std::string_view name, std::string_view statements) {
  identity_.push_back(keep(compiled(statements, policy::DocumentKind::kIdentityPolicy, {std::string(name), {}})));
}
void Scene::boundary(std::string_view name, std::string_view statements) {
  boundary_.push_back(keep(compiled(statements, policy::DocumentKind::kIdentityPolicy, {std::string(name), {}})));
}
void Scene::session(std::string_view statements) {
  session_.push_back(keep(compiled(statements, policy::DocumentKind::kIdentityPolicy, {"the session policy", {}})));
}
void Scene::service_control(std::vector<std::string_view> levels) {
  for (const std::string_view statements : levels) {
    auto& level = level_policies_.emplace_back();
    level.push_back(keep(compiled(statements, policy::DocumentKind::kIdentityPolicy,
                                  {"Level" + std::to_string(level_policies_.size() - 1), {}})));
    service_control_.emplace_back(level);
  }
}

void Scene::reads_secret(std::string_view statements) {
  action = "secretsmanager:GetSecretValue";
  // Only whether there is one counts here.
  resource = {.name = std::string(kSecret), .account = kOwner, .found = std::make_shared<const int>(0)};
  if (statements.empty()) return;
  resource.policy = std::make_shared<const policy::CompiledPolicy>(
      compiled(statements, policy::DocumentKind::kSecretPolicy, {"the secret's resource policy", {}}));
}

void Scene::decrypts_with(kms::KeyPointer key, std::string_view secret, std::string_view version) {
  action = "kms:Decrypt";
  on_behalf_of = "secretsmanager:GetSecretValue";
  via = api::Via::kSecretsManager;
  resource = key_resource(kRegion, std::move(key));
  resource.describe(resource, keys);
  keys.add("kms:ViaService", "secretsmanager.us-east-1.amazonaws.com");
  keys.add("kms:CallerAccount", caller.account.text());
  keys.add_tag("kms:EncryptionContext:", "SecretARN", secret);
  keys.add_tag("kms:EncryptionContext:", "SecretVersionId", version);
}

kms::KeyPointer customer_key(std::string_view statements, kms::KeyState state) {
  const kms::KeyInfo info{.name = {kOwner, std::string(kKeyId)}, .state = state};
  return std::make_shared<const kms::KeyView>(
      kms::KeyView{info, std::make_shared<const policy::CompiledPolicy>(
                             compiled(statements, policy::DocumentKind::kKeyPolicy, {"default", {}}))});
}

kms::KeyPointer default_key() {
  const kms::KeyInfo info{.name = {kOwner, std::string(kKeyId)}, .is_default = true};
  return std::make_shared<const kms::KeyView>(
      kms::KeyView{info, *kms::compile_key_policy(info, kms::KeyPolicy{}, kRegion)});
}

policy::AccessRequest Scene::request() {
  return {.principal = principal,
          .action = action,
          .resource = resource.name,
          .resource_account = resource.account.text(),
          .resource_organization = {},
          .context = keys.context()};
}

policy::PolicySet Scene::all() const {
  return {.identity = identity_,
          .boundary = boundary_,
          .session = session_,
          .resource = resource.policy.get(),
          .resource_rule = resource.rule,
          .service_control = service_control_,
          .resource_control = {}};
}

bool Scene::is_allowed() {
  return policy::evaluate(request(), all()).allowed();
}

Explanation Scene::explain() {
  const policy::AccessRequest asked = request();
  const policy::PolicySet policies = all();
  const policy::Decision decision = policy::evaluate(asked, policies);
  if (decision.allowed()) {
    std::fprintf(stderr, "scene: the request is not denied\n");
    std::abort();
  }
  const api::Client client;
  const api::AccessQuestion question{.caller = caller,
                                     .client = client,
                                     .now = *parse_iso_basic("20261124T103000Z"),
                                     .request_id = "1",
                                     .action = action,
                                     .resource = resource,
                                     .via = via,
                                     .on_behalf_of = on_behalf_of};
  return access::explain(question, asked, policies, policy::access_denied(asked, policies, decision).message);
}

std::string seen_by(const AccountId& account, const Explanation& explanation) {
  const Told told = told_to(account, explanation);
  std::string text;
  const auto line = [&text](std::string_view indent, std::string_view content) {
    text.append(indent).append(content).append("\n");
  };
  for (const Step& step : told.steps) {
    line("", step.action + " " + step.resource);
    for (const Opinion& opinion : step.opinions) {
      std::string content = opinion.policies + " of " + opinion.account.text() + ": ";
      content.append(verb_of(opinion.verdict)).append(opinion.remark.empty() ? "" : " ").append(opinion.remark);
      line(opinion.is_in_the_way ? "! " : "  ", content);
      for (const std::string& statement : opinion.statements)
        line("    ", statement);
    }
  }
  for (const Change& change : told.changes) {
    line("", change.account.text() + ", " + change.where + ": " + change.what);
    for (const std::string& detail : change.details)
      line("    ", detail);
    if (!change.statement.empty()) line("    ", change.statement);
  }
  for (const std::string& note : told.remarks.notes)
    line("", note);
  return text;
}

}  // namespace coffer::access::testing
