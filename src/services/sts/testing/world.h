// The cards of STS over a region in memory, with the real authorizer, for tests.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "access/explained_denials.h"
#include "access/policy_authorizer.h"
#include "api/service.h"
#include "crypto/system_random.h"
#include "services/sts/rooms.h"
#include "sts/testing/fake_issuer.h"
#include "sts/testing/world.h"

namespace coffer::sts_service::testing {

// Of an answer in JSON: what a client would read out of it.
struct Answer {
  std::string error;  // as IAM and STS spell it: "AccessDenied"; empty: it succeeded
  std::string text;   // the message, or the answer
  // The value of a member of text, number or not; fails the test when it is not there.
  std::string operator[](std::string_view member) const;
  bool has(std::string_view member) const;
  // "Error: message", "ok".
  std::string outcome() const { return error.empty() ? "ok" : error + ": " + text; }
};

class ServiceWorld {
 public:
  ServiceWorld();
  ~ServiceWorld();

  Answer call(const auth::Caller& caller, std::string_view operation, std::string_view input = "{}");
  // Whose credentials an answer holds.
  auth::Caller caller_of(const Answer& answer);
  // AssumeRole by its ARN, with `more` members, and who then signs.
  Answer assume(const auth::Caller& caller, std::string_view role_arn, std::string_view more = "");
  // The trust policy of kAccount's role; one statement.
  void trust(std::string_view role, std::string_view principal, std::string_view more = "");
  // An inline policy that allows the action on everything, in place of the one before.
  void allow_alice(std::string_view action) { allow(iam::EntityKind::kUser, "alice", action); }
  void allow_role(std::string_view name, std::string_view action) { allow(iam::EntityKind::kRole, name, action); }

  crypto::SystemRandom random;
  sts::testing::World region{random};
  const int log_file = ::memfd_create("log", MFD_CLOEXEC);
  const Log log{region.clock, log_file, LogLevel::kInfo};
  access::ExplanationStore explanations{log, 1 << 20};
  organizations::OrganizationCache organizations{*region.region.store};
  access::PolicyAuthorizer authorizer{{region.cache, organizations, explanations, *Region::parse("us-east-1")}};
  sts::testing::FakeIssuer provider{"https://issuer.example/id/1"};
  sts::ProviderKeys provider_keys{{.fetcher = provider, .clock = region.clock, .log = log}};
  access::ExplainedDenials denials{explanations};
  sts::WebIdentities web_identities{{.identities = region.cache,
                                     .organizations = organizations,
                                     .keys = provider_keys,
                                     .region = *Region::parse("us-east-1"),
                                     .denials = &denials}};
  Rooms rooms{region.cache, *region.region.store, region.issuer, web_identities};
  const api::Service service = make_service(rooms);

 private:
  void allow(iam::EntityKind kind, std::string_view name, std::string_view action);
};

}  // namespace coffer::sts_service::testing
