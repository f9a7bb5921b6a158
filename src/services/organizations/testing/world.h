// The cards of Organizations over one region in memory, with real identities and the real authorizer, for tests.
// Accounts 123456789012 and 210987654321 exist, and others as they are made.
#pragma once

#include <fcntl.h>

#include <map>
#include <string>
#include <string_view>

#include "access/policy_authorizer.h"
#include "auth/caller.h"
#include "iam/testing/identity_site.h"
#include "services/organizations/rooms.h"

namespace coffer::organizations_service::testing {

inline constexpr std::string_view kManagement = "123456789012";
inline constexpr std::string_view kOther = "210987654321";

struct Answer {
  int status = 0;
  std::string error;  // the name on the wire; empty on success
  std::string message;
  std::string output;  // JSON
};

class World {
 public:
  Answer call(const auth::Caller& caller, std::string_view operation, std::string_view input = "{}");
  // With an inline policy.
  void make_user(std::string_view account, const std::string& name, const std::string& policy);
  // "root", "user/ann". Who was not made is somebody of that name who may do nothing.
  auth::Caller caller(std::string_view account, std::string_view who = "root") const;
  // For the user's own questions: whether the caller's root user may do the action in its account.
  bool may(std::string_view account, std::string_view action);

  iam::testing::IdentitySite site;
  organizations::OrganizationCache cache{*site.store};
  organizations::OrganizationStore organizations{{*site.store, site.random, site.clock, cache, site.home}};
  const Log log{site.clock, ::open("/dev/null", O_WRONLY | O_CLOEXEC), LogLevel::kError};
  access::ExplanationStore explanations{log, 1 << 20};
  access::PolicyAuthorizer authorizer{{site.cache, cache, explanations, *Region::parse("us-east-1")}};
  Rooms rooms{organizations, site.accounts, site.identity_store};
  const api::Service service = make_service(rooms);

 private:
  std::map<std::string, std::string, std::less<>> ids_;  // "123456789012:user/ann" to unique id
};

// Of a result that a test relies on; ends the process with the error otherwise.
[[noreturn]] void fail(const Error& error);
template <class T>
T must(Result<T> result) {
  if (!result.ok()) fail(result.error());
  return std::move(result).value();
}

}  // namespace coffer::organizations_service::testing
