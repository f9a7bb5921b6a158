#include "iam/entity_compiler.h"

#include <algorithm>

#include "policy/document.h"

namespace coffer::iam {
namespace {

using policy::CompiledPolicy;
using policy::DocumentKind;

CompiledPointer compile(std::string_view text, DocumentKind kind, policy::PolicySource source,
                        const std::vector<policy::PrincipalBinding>& bindings = {}) {
  auto document = policy::parse_document(text, kind);
  if (!document.ok()) return nullptr;
  return std::make_shared<const CompiledPolicy>(policy::with_unique_ids(std::move(document).value(), bindings),
                                                std::move(source));
}

CompiledPointer denial(DocumentKind kind) {
  const std::string_view rest = kind == DocumentKind::kTrustPolicy ? R"("Principal":"*"}})" : R"("Resource":"*"}})";
  return compile(R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*",)" + std::string(rest), kind,
                 {"a policy that is not understood", {}});
}

CompiledPointer compile_or_deny(std::string_view text, DocumentKind kind, policy::PolicySource source,
                                const std::vector<policy::PrincipalBinding>& bindings = {}) {
  CompiledPointer compiled = compile(text, kind, std::move(source), bindings);
  return compiled != nullptr ? compiled : denial(kind);
}

template <class Entity>
void compile_inline(const Entity& entity, const Before<Entity>& before, CompiledEntity& out) {
  for (const InlinePolicy& policy : entity.inline_policies) {
    CompiledPointer compiled;
    if (before.entity != nullptr) {
      const auto known = std::ranges::find(before.entity->inline_policies, policy);
      if (known != before.entity->inline_policies.end()) {
        compiled = before.compiled->policies[static_cast<size_t>(known - before.entity->inline_policies.begin())];
      }
    }
    if (compiled == nullptr) compiled = compile_or_deny(policy.text, DocumentKind::kIdentityPolicy, {policy.name, {}});
    out.policies.push_back(std::move(compiled));
  }
}

}  // namespace

CompiledEntity compile_entity(const AccountId&, const User& user, const Before<User>& before) {
  CompiledEntity compiled;
  compile_inline(user, before, compiled);
  return compiled;
}

CompiledEntity compile_entity(const AccountId&, const Group& group, const Before<Group>& before) {
  CompiledEntity compiled;
  compile_inline(group, before, compiled);
  return compiled;
}

CompiledEntity compile_entity(const AccountId&, const Role& role, const Before<Role>& before) {
  CompiledEntity compiled;
  compile_inline(role, before, compiled);
  if (before.entity != nullptr && before.entity->trust_policy == role.trust_policy &&
      before.entity->trust_bindings == role.trust_bindings) {
    compiled.trust = before.compiled->trust;
  } else {
    compiled.trust =
        compile_or_deny(role.trust_policy, DocumentKind::kTrustPolicy, {role.name, {}}, role.trust_bindings);
  }
  return compiled;
}

CompiledEntity compile_entity(const AccountId& account, const ManagedPolicy& policy,
                              const Before<ManagedPolicy>& before) {
  CompiledEntity compiled;
  const std::string& text = policy.current().text;
  if (before.entity != nullptr && before.entity->name == policy.name && before.entity->path == policy.path &&
      before.entity->current().text == text) {
    compiled.policies = before.compiled->policies;
  } else {
    compiled.policies.push_back(
        compile_or_deny(text, DocumentKind::kIdentityPolicy, {policy.name, arn_of(account, policy)}));
  }
  return compiled;
}

CompiledEntity compile_entity(const AccountId&, const OidcProvider&, const Before<OidcProvider>&) {
  return {};
}

CompiledPointer compiled_denial() {
  return denial(DocumentKind::kIdentityPolicy);
}

}  // namespace coffer::iam
