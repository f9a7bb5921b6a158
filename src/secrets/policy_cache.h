// Resource policies in the form that decides, by what they say: as long as two secrets have the same policy, it is
// compiled once. Bounded. Thread-safe.
#pragma once

#include <memory>

#include "base/result.h"
#include "policy/compiled_policy.h"
#include "secrets/secret.h"
#include "store/row_cache.h"

namespace coffer::secrets {

class PolicyCache {
 public:
  // `capacity`: bytes, about.
  explicit PolicyCache(size_t capacity);

  // The secret's resource policy with its users and roles bound; null when it has none. kCorrupt when what is stored is
  // no policy.
  Result<std::shared_ptr<const policy::CompiledPolicy>> compiled(const Secret& secret);

 private:
  store::RowCache<policy::CompiledPolicy> policies_;
};

}  // namespace coffer::secrets
