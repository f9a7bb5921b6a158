#include "secrets/policy_cache.h"

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
}

}  // namespace

PolicyCache::PolicyCache(size_t capacity) : policies_({.capacity = capacity, .weigh = weigh}) {}

Result<std::shared_ptr<const policy::CompiledPolicy>> PolicyCache::compiled(const Secret& secret) {
  using Pointer = std::shared_ptr<const policy::CompiledPolicy>;
  if (secret.resource_policy.empty()) return Pointer();
  thread_local std::string key;
  write_key(secret, key);
  return policies_.get(key, [&]() -> Result<Pointer> {
    auto document = policy::parse_document(secret.resource_policy, policy::DocumentKind::kSecretPolicy);
    if (!document.ok()) {
      return Error{ErrorCode::kCorrupt, "the resource policy of secret " + secret.name + " is damaged"};
    }
    return std::make_shared<const policy::CompiledPolicy>(
        policy::with_unique_ids(std::move(document).value(), secret.policy_bindings),
        policy::PolicySource{.name = "the secret's resource policy", .arn = {}});
  });
}

}  // namespace coffer::secrets
