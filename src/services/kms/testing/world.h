// The cards of KMS over regions in memory, with real identities and the real authorizer, for tests. Accounts
// 123456789012 and 210987654321 exist.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "api/access.h"
#include "auth/caller.h"
#include "base/clock.h"
#include "base/random.h"
#include "iam/identity_store.h"
#include "kms/key_rotation.h"
#include "services/kms/rooms.h"
#include "store/store.h"

namespace coffer::kms_service::testing {

inline constexpr std::string_view kHome = "us-east-1";
inline constexpr std::string_view kAccount = "123456789012";

struct Answer {
  int status = 0;
  std::string error;  // the name on the wire; empty on success
  std::string message;
  std::string output;  // JSON
};

class World {
 public:
  World();
  ~World();

  Answer call(std::string_view region, const auth::Caller& caller, std::string_view operation, std::string_view input);
  const api::Service& service();

  // In every region, since identities are everywhere. The policy is inline; empty: none.
  void make_user(std::string_view account, const std::string& name, const std::string& policy);
  void delete_user(std::string_view account, const std::string& name);
  void make_role(std::string_view account, const std::string& name, const std::string& policy);
  // "root", "user/ann", "role/reader". Who was not made is somebody of that name who may do nothing.
  auth::Caller caller(std::string_view account, std::string_view who);

  // What replication does with keys, until nothing is left to be told.
  void exchange_keys();

  kms::Keyring& keyring(std::string_view region);
  kms::Rotator& rotator(std::string_view region);
  store::Store& store(std::string_view region);

  ManualClock clock;
  // Called before each decision: what it does comes in between what was found and what is done. It decides nothing
  // itself.
  std::function<void(const api::AccessQuestion&, api::ConditionKeys&)> at_decision;

 private:
  struct Node;
  class WatchedAuthorizer;
  Node& node(std::string_view region);

  SeededRandom random_{7};
  std::map<std::string, std::unique_ptr<Node>, std::less<>> nodes_;
  std::map<std::string, std::string, std::less<>> ids_;  // "123456789012:user/ann" to unique id
};

[[noreturn]] void fail(const Error& error);
template <class T>
T must(Result<T> result) {
  if (!result.ok()) fail(result.error());
  return std::move(result).value();
}

}  // namespace coffer::kms_service::testing
