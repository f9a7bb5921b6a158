// The cards of IAM over a region in memory, with the real authorizer, for tests: forms in, XML out, as clients speak.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/policy_authorizer.h"
#include "iam/testing/identity_site.h"
#include "services/iam/rooms.h"

namespace coffer::iam_service::testing {

using iam::testing::allowing;
using iam::testing::kAccount;
using iam::testing::kOther;
using iam::testing::trusting;

struct Answer {
  std::string error;  // as IAM spells it: "NoSuchEntity"; empty: it succeeded
  std::string text;   // the message, or the XML
  // "NoSuchEntity: message", "ok".
  std::string outcome() const { return error.empty() ? "ok" : error + ": " + text; }
  // The texts of all elements of that name, in order, entities and percent-encoding undone.
  std::vector<std::string> all(std::string_view element) const;
  // The only one; fails the test when there are none or several.
  std::string operator[](std::string_view element) const;
};

using Form = std::vector<std::pair<std::string, std::string>>;

// The real authorizer, after whose answers a test can let something happen before the card goes on.
class InterruptedAuthorizer final : public api::Authorizer {
 public:
  explicit InterruptedAuthorizer(const access::PolicyAuthorizer& authorizer) : authorizer_(authorizer) {}
  Result<void> authorize(const api::AccessQuestion& question, api::ConditionKeys& keys) const override;

  mutable std::function<void()> next;  // once

 private:
  const access::PolicyAuthorizer& authorizer_;
};

class World {
 public:
  World();
  ~World();

  Answer call(const auth::Caller& caller, std::string_view operation, const Form& form = {});
  // The same as the account's root user, who may do everything.
  Answer root(std::string_view operation, const Form& form = {}) { return call(root_caller(), operation, form); }

  auth::Caller root_caller() const;
  // A user of that name, who is made if there is none, with one inline policy in place of any before.
  auth::Caller user(std::string_view name, const std::string& policy);
  // Somebody with a session of a role that exists.
  auth::Caller session_of(std::string_view role) const;

  iam::testing::IdentitySite site;
  const int log_file = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const Log log{site.clock, log_file, LogLevel::kError};
  access::ExplanationStore explanations{log, 1 << 20};
  const organizations::OrganizationCache organizations{*site.store};
  access::PolicyAuthorizer authorizer{{site.cache, organizations, explanations, *Region::parse("us-east-1")}};
  InterruptedAuthorizer interrupted{authorizer};
  iam::AccessKeyUses uses{*site.store};
  Rooms rooms{site.identity_store, site.accounts, uses};
  const api::Service service = make_service(rooms);
};

// A policy with one statement: `effect` and the rest of it as JSON members.
std::string policy_of(std::string_view members);

}  // namespace coffer::iam_service::testing
