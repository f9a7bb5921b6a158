// A deployment in memory for tests: regions on demand, one clock, and calls as a client makes them, from JSON to JSON.
// Calls go through api::Operation::run: decoding, authorization and encoding are the real ones. Calls are thread-safe
// once their region was used, if the Random is.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/explanation_store.h"
#include "api/access.h"
#include "auth/caller.h"
#include "base/clock.h"
#include "base/random.h"
#include "iam/identity_store.h"
#include "secrets/cross_account.h"
#include "services/secretsmanager/rooms.h"
#include "store/store.h"

namespace coffer::secretsmanager::testing {

inline constexpr std::string_view kHome = "us-east-1";

struct Answer {
  int status = 0;
  std::string error;  // the name on the wire; empty on success
  std::string message;
  std::string output;                    // JSON
  std::optional<api::CopyLag> lag = {};  // absent: nothing was told of a replica
};

// What the region answered to the state of a secret.
struct Replicated {
  secrets::ApplyVerdict verdict;
  std::string message;
};

class World {
 public:
  explicit World(Random& random);
  ~World();

  // Regions: us-east-1, us-west-2, eu-west-1, eu-central-1, ap-northeast-1, ap-southeast-2.
  Answer call(std::string_view region, const auth::Caller& caller, std::string_view operation, std::string_view input,
              const api::FreshnessDemand& freshness = {});
  // What the replicator does for one secret and region, once.
  Replicated replicate(const AccountId& account, const std::string& name, std::string_view from, std::string_view to);
  const api::Service& service(std::string_view region);
  secrets::SecretStore& secrets(std::string_view region);
  iam::IdentityStore& identities(std::string_view region);
  const api::Authorizer& authorizer(std::string_view region);
  // Of what call() was denied: all calls have the request id "test".
  std::vector<access::ExplanationPointer> denials(std::string_view region);
  const Rooms& rooms(std::string_view region);
  kms::Grants& grants(std::string_view region);
  store::Store& store(std::string_view region);
  // What the copier does for one primary, once.
  secrets::CrossAccountOutcome copy_across(const AccountId& account, const std::string& name, std::string_view region);
  secrets::ReplicaLags& lags(std::string_view region);

  Random& random;
  ManualClock clock;
  // Called before each decision of call(): what it does comes in between what was found and what is done. It decides
  // nothing itself.
  std::function<void(const api::AccessQuestion&, api::ConditionKeys&)> at_decision;
  // Of regions that are used for the first time.
  size_t max_secrets = 500'000;  // of an account
  std::function<std::unique_ptr<store::Store>()> make_store;

 private:
  struct Node;
  class WatchedAuthorizer;
  Node& node(std::string_view region);

  std::map<std::string, std::unique_ptr<Node>, std::less<>> nodes_;
};

auth::Caller root_of(std::string_view account);
// A user whom nobody made, and who therefore may do nothing.
auth::Caller user_of(std::string_view account);

// Of a result that a test relies on; ends the process with the error otherwise.
[[noreturn]] void fail(const Error& error);
template <class T>
T must(Result<T> result) {
  if (!result.ok()) fail(result.error());
  return std::move(result).value();
}

}  // namespace coffer::secretsmanager::testing
