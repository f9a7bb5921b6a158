// The regions of a local deployment are told of each other: calls of the service `coffer` at each region's own
// endpoint, signed as the root user of the deployment's account.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cli/deployment.h"
#include "client/settings.h"
#include "server/deployment_files.h"

namespace coffer::server {

// The root access key of the deployment's account, from the admin socket of its home; kAborted once `is_given_up`, if
// there is such a function, says so.
Result<client::Credentials> root_credentials(const Deployment& deployment, const Region& home,
                                             const std::function<bool()>& is_given_up);

// The regions of the deployment that others have removed, and which have; asked of their admin sockets. REQUIRES: all
// run.
using Removers = std::map<Region, std::vector<Region>>;
Result<Removers> removed_regions(const Deployment& deployment);
// The first of them, and not `home`, that nobody knows any more whom the home knows; two that were lost together, and
// removed, may know each other still. nullopt: there is none.
std::optional<Region> removed_by_all(const Deployment& deployment, const Removers& removers, const Region& home);

class DevRegions {
 public:
  // `deployment` must outlive it.
  DevRegions(const Deployment& deployment, client::Credentials credentials, const Clock& clock);

  // All others know the region from then on, where its files say that it is. kServiceUnavailable when one does not
  // answer, kInternalServiceError when one refuses: all are asked whether they would, before the first one does it.
  Result<void> tell_of(const Region& region);
  // And it knows all others, also one that it was told to remove in an earlier life. Likewise. REQUIRES: it knows the
  // account.
  Result<void> tell(const Region& region);
  // Those that know the region know where its files say that it is; others go on not knowing it. Errors likewise.
  Result<void> tell_of_move(const Region& region);
  // Nobody knows it any more. Likewise; all are asked whether they agree, before the first one does it.
  Result<void> take_out(const Region& region, bool is_lost);

 private:
  std::string place_of(const Region& region, bool is_dry_run) const;
  Result<void> tell_of_move(const Region& region, const Region& other);
  Result<void> call_others(const Region& region, std::string_view operation, const std::string& body);

  const Deployment& deployment_;
  cli::Deployment calls_;
};

}  // namespace coffer::server
