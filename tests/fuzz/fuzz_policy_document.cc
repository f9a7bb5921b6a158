// Policy documents: whoever may write a secret's policy sends any text. Whatever is read must be whole, must not upset
// what judges it, and must be read the same after it was written from what was understood.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "policy/breadth.h"
#include "policy/compiled_policy.h"
#include "policy/document.h"
#include "policy/evaluator.h"
#include "wire/encoder.h"

using namespace coffer;
using namespace coffer::policy;

namespace {

constexpr std::string_view kSecret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-AbCdEf";

void check(bool good) {
  if (!good) std::abort();
}

// Writes what was understood, but of each statement the first condition only: an operator can be there several times,
// in different letters, with the same key.
class Writer {
 public:
  explicit Writer(SecretBuffer& out) : encoder_(out) {}

  void document(const Document& document) {
    encoder_.begin_object();
    text("Version", document.version == LanguageVersion::k2012 ? "2012-10-17" : "2008-10-17");
    if (!document.id.empty()) text("Id", document.id);
    encoder_.key("Statement");
    encoder_.begin_list();
    for (const Statement& one : document.statements)
      statement(one);
    encoder_.end_list();
    encoder_.end_object();
  }

 private:
  void text(std::string_view name, std::string_view value) {
    encoder_.key(name);
    encoder_.string(value);
  }

  void statement(const Statement& one) {
    encoder_.begin_object();
    if (!one.sid.empty()) text("Sid", one.sid);
    text("Effect", one.effect == Effect::kAllow ? "Allow" : "Deny");
    if (one.principals) principals(*one.principals);
    patterns("Action", one.actions);
    if (one.resources) patterns("Resource", *one.resources);
    if (!one.conditions.empty()) condition(one.conditions.front());
    encoder_.end_object();
  }

  template <class Item>
  void key(std::string_view name, const Selection<Item>& selection) {
    check(!selection.items.empty());
    encoder_.key(selection.selects == Selects::kListed ? std::string(name) : "Not" + std::string(name));
  }

  template <class Item>
  void patterns(std::string_view name, const Selection<Item>& selection) {
    key(name, selection);
    encoder_.begin_list();
    for (const Item& item : selection.items)
      encoder_.string(item.text());
    encoder_.end_list();
  }

  void principals(const Selection<PrincipalName>& selection) {
    key("Principal", selection);
    encoder_.begin_object();
    principals_of("AWS", selection);
    principals_of("Service", selection);
    principals_of("Federated", selection);
    encoder_.end_object();
  }

  static std::string_view member_of(PrincipalName::Kind kind) {
    if (kind == PrincipalName::Kind::kService) return "Service";
    return kind == PrincipalName::Kind::kFederatedProvider ? "Federated" : "AWS";
  }

  void principals_of(std::string_view member, const Selection<PrincipalName>& selection) {
    bool is_open = false;
    for (const PrincipalName& name : selection.items) {
      if (member_of(name.kind) != member) continue;
      if (!is_open) {
        encoder_.key(member);
        encoder_.begin_list();
        is_open = true;
      }
      encoder_.string(name.text);
    }
    if (is_open) encoder_.end_list();
  }

  void condition(const Condition& one) {
    encoder_.key("Condition");
    encoder_.begin_object();
    encoder_.key(one.op.text());
    encoder_.begin_object();
    encoder_.key(one.key);
    encoder_.begin_list();
    for (const std::string& value : one.values)
      encoder_.string(value);
    encoder_.end_list();
    encoder_.end_object();
    encoder_.end_object();
  }

  wire::JsonEncoder encoder_;
};

std::string written(const Document& document) {
  SecretBuffer text;
  Writer(text).document(document);
  return std::string(text.view());
}

// What stands in nobody's document cannot decide, and the same question has the same answer.
void decide(const Document& document, const RequestPrincipal& principal) {
  const CompiledPolicy compiled(document);
  RequestContext context;
  add_principal_keys(principal, context);
  const AccessRequest request{.principal = principal,
                              .action = "secretsmanager:PutResourcePolicy",
                              .resource = kSecret,
                              .resource_account = "123456789012",
                              .resource_organization = {},
                              .context = context};
  PolicySet policies;
  policies.resource = &compiled;
  Trace trace;
  const Decision decision = evaluate(request, policies);
  check(evaluate(request, policies, &trace).outcome == decision.outcome);
  const bool has_denial = std::ranges::any_of(
      document.statements, [](const Statement& statement) { return statement.effect == Effect::kDeny; });
  check(decision.outcome != Outcome::kExplicitlyDenied || has_denial);
}

void judge(const Document& document) {
  for (const Statement& statement : document.statements) {
    for (const Condition& condition : statement.conditions)
      check(!condition.values.empty() && is_condition_key(condition.key));
  }
  (void)grants_public_access(document);
  RequestPrincipal principal{.kind = PrincipalKind::kAccountRoot,
                             .arn = "arn:aws:iam::123456789012:root",
                             .account = "123456789012",
                             .user_id = "123456789012"};
  decide(document, principal);
  principal.kind = PrincipalKind::kRoleSession;
  principal.arn = "arn:aws:sts::123456789012:assumed-role/r/ann";
  principal.user_id = "AROAAAAAAAAAAAAAAAAAA:ann";
  decide(document, principal);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const DocumentKind kind :
       {DocumentKind::kSecretPolicy, DocumentKind::kIdentityPolicy, DocumentKind::kTrustPolicy,
        DocumentKind::kKeyPolicy, DocumentKind::kResourceControlPolicy}) {
    const auto read = read_document(text, kind);
    if (const Fault* const fault = std::get_if<Fault>(&read)) {
      check(!fault->message.empty() && fault->path.size() <= size + 128);
      check(!refusal(fault->kind).message.empty());
      continue;
    }
    const Document& document = std::get<Document>(read);
    check(!document.statements.empty() && document.statements.size() <= kMaxStatements);
    judge(document);
    const std::string first = written(document);
    const auto again = read_document(first, kind);
    check(std::holds_alternative<Document>(again));
    check(written(std::get<Document>(again)) == first);
  }
  return 0;
}
