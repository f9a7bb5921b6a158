// What the cards of Coffer's own service may use, and the service itself. AWS has nothing like it: its operations are
// those that an operator needs, called and allowed like any others.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "access/explanation_store.h"
#include "api/service.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/region_list.h"
#include "home/home_region.h"
#include "kms/key_exchange.h"
#include "regions/membership.h"
#include "secrets/secret_store.h"

namespace coffer::coffer_service {

// The way to another region, as this one sees it.
struct LinkReport {
  Region region;
  std::string address;                // HOST:PORT
  size_t waiting = 0;                 // changes that it has not acknowledged, counted up to 10,000
  std::optional<Time> waiting_since;  // when the oldest of them was first seen by this process
  std::optional<Time> last_success;
  std::string last_error;  // empty: the last attempt succeeded
  // The other way: so far copies here may be behind their primaries there, but for `behind` of them. Absent: unknown.
  std::optional<Duration> lag;
  size_t behind = 0;
};

// What only the process knows that the service runs in.
struct RegionReport {
  std::string version;
  std::string seal;  // what opens the store: "root-key-file" or "passphrase"
  bool can_commit = false;
  std::vector<LinkReport> links;
};

struct Rooms {
  const access::ExplanationStore& explanations;
  RegionList regions;            // of the deployment
  const home::HomeRegion& home;  // where changes of identities are decided
  secrets::SecretStore& secrets;
  std::function<RegionReport()> report;
  // How regions come and go. Null: they do not, and the cards for that refuse.
  regions::Membership* membership = nullptr;
  const kms::KeyExchange* keys = nullptr;  // null as well then
  // Whose callers may act on the region as a whole, if their policies allow it too.
  std::vector<AccountId> operator_accounts = {};
};

// All cards, in the order of the folder's list.
std::vector<api::Operation> operations();

// The service of those cards. `rooms` must outlive it.
api::Service make_service(Rooms& rooms);

}  // namespace coffer::coffer_service
