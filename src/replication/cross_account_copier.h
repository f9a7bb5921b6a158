// Brings the replicas of secrets in other accounts of this region up to date: works off the marks that changes of their
// primaries leave. An engine without threads or clocks of its own, as replicator.h; no link, since both secrets are
// here. Promises: a mark is cleared only together with the copy, or the failure, that it stands for, so that a crash at
// any moment means copying again, never forgetting.
#pragma once

#include <map>
#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "secrets/cross_account.h"
#include "store/store.h"

namespace coffer::replication {

class CrossAccountCopier {
 public:
  struct Parts {
    store::Store& store;
    secrets::SecretStore& secrets;
    const secrets::CopyPermission& permission;
    const Clock& clock;
    Random& random;  // for jitter
    const Log& log;
    Region region;
  };
  explicit CrossAccountCopier(const Parts& parts);

  // Goes on with the marks where the last step has stopped, but for those that are set aside; how many copies were
  // made. It ends with the last mark, or after as much work as one step may do, so that whoever else waits for its
  // thread has his turn. A copy that cannot be made for a reason of its own is set aside, tried again after 1 s to 60
  // s, and delays no other. kIo: of the store, as far as the marks themselves cannot be read.
  Result<size_t> step();

  static constexpr size_t kMaxAttempts = 100;  // of a step; each is a durable commit
  static constexpr size_t kMaxMarks = 10'000;  // that a step looks at

 private:
  struct SetAside {
    store::Revision revision = 0;  // a newer mark is tried at once
    Duration retry_at{};
    unsigned failures = 0;
    bool is_seen = false;
  };

  bool waits(const store::Row& mark);
  bool copy(const store::Row& mark);
  void set_aside(const store::Row& mark, const Error& error);

  const Parts parts_;
  std::map<std::string, SetAside> set_aside_;
  std::string next_;  // the mark to go on with; empty: the first
};

}  // namespace coffer::replication
