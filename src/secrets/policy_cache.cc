#include "secrets/policy_cache.h"

#include "secrets/cross_account.h"

namespace coffer::secrets {
namespace {

// A compiled policy is about this many times as large as its text.
constexpr size_t kCompiled = 8;
constexpr size_t kEntry = 1024;

size_t weigh(std::string_view key, const policy::CompiledPolicy&) {
  return kEntry + kCompiled * key.size();
}

// Texts, unique ids and what stands between them cannot be taken for each other: neither of the first two has a NUL.
void write_key(const Secret& secret, std::string& key) {
  key.assign(secret.resource_policy);
  for (const policy::PrincipalBinding& binding : secret.policy_bindings)
    key.append(1, '\0').append(binding.text).append(1, '\0').append(binding.unique_id);
  if (secret.cross_account_primary) key.append(2, '\0').append(secret.cross_account_primary->primary.account.text());
}

Error damaged(const Secret& secret) {
  return Error{ErrorCode::kCorrupt, "the resource policy of secret " + secret.name + " is damaged"};
}

// A replica in another account has two policies, which decide together.
Result<policy::Document> with_managed_policy(std::optional<policy::Document> document, const Secret& secret) {
  if (!secret.cross_account_primary) return std::move(*document);
  auto managed =
      policy::parse_document(cross_account_policy(*secret.cross_account_primary), policy::DocumentKind::kSecretPolicy);
  if (!managed.ok()) return damaged(secret);
  if (!document) return managed;
  for (policy::Statement& statement : managed->statements)
    document->statements.push_back(std::move(statement));
  if (document->statements.size() > policy::kMaxStatements) return damaged(secret);
  return std::move(*document);
}

}  // namespace

PolicyCache::PolicyCache(size_t capacity) : policies_({.capacity = capacity, .weigh = weigh}) {}

Result<std::shared_ptr<const policy::CompiledPolicy>> PolicyCache::compiled(const Secret& secret) {
  using Pointer = std::shared_ptr<const policy::CompiledPolicy>;
  if (secret.resource_policy.empty() && !secret.cross_account_primary) return Pointer();
  thread_local std::string key;
  write_key(secret, key);
  return policies_.get(key, [&]() -> Result<Pointer> {
    std::optional<policy::Document> own;
    if (!secret.resource_policy.empty()) {
      auto parsed = policy::parse_document(secret.resource_policy, policy::DocumentKind::kSecretPolicy);
      if (!parsed.ok()) return damaged(secret);
      own = std::move(parsed).value();
    }
    COFFER_ASSIGN(policy::Document document, with_managed_policy(std::move(own), secret));
    return std::make_shared<const policy::CompiledPolicy>(
        policy::with_unique_ids(std::move(document), secret.policy_bindings),
        policy::PolicySource{.name = "the secret's resource policy", .arn = {}});
  });
}

}  // namespace coffer::secrets
