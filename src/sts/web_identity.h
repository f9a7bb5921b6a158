// Who an OIDC provider says that somebody is, and whether a role trusts that: AssumeRoleWithWebIdentity without its
// wire. Codes and texts are AWS's. Thread-safe; verifying may wait for the network.
// Follows AssumeRoleWithWebIdentity (STS API reference) and "Available keys for AWS OIDC federation" (IAM user guide).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/access.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "iam/identity_cache.h"
#include "organizations/organization_cache.h"
#include "sts/provider_keys.h"
#include "sts/role_session.h"
#include "sts/web_address.h"
#include "sts/web_token.h"

namespace coffer::sts {

// A token whose signature, times and audience are good, of a provider that the account has registered.
struct WebIdentity {
  WebToken token;
  std::string provider_name;  // "host/path"
  std::string provider_arn;
  std::string audience;  // the one of the token's that the provider is registered with
};

class WebIdentities {
 public:
  struct Parts {
    const iam::IdentityCache& identities;
    const organizations::OrganizationCache& organizations;
    ProviderKeys& keys;
    Region region;  // aws:RequestedRegion
    LoopbackHttp loopback = LoopbackHttp::kRefused;
    const api::Denials* denials = nullptr;  // told of every refusal of decide(); null: nobody
  };
  explicit WebIdentities(const Parts& parts) : parts_(parts) {}

  // In this order: as read_web_token(); kInvalidIdentityToken for an issuer that `account` has no provider for;
  // kExpiredWebIdentityToken, or kInvalidIdentityToken for a token from the future, both with five minutes of leeway;
  // kInvalidIdentityToken for another audience; as ProviderKeys::find(); kInvalidIdentityToken for a wrong signature.
  // So nobody makes an issuer be asked but with a token that could be good.
  Result<WebIdentity> verify(std::string_view token, const AccountId& account, Time now) const;

  struct Question {
    std::string_view role_arn;
    const FoundRole* role;  // null: there is none, which is refused as one that does not trust
    const RoleRequest& request;
    const WebIdentity& identity;
    const api::Client& client;
    Time now;
    std::string_view request_id{};
  };
  // kAccessDenied (AWS's text) unless the role's trust policy lets the provider's principal assume it, and pass the
  // tags and the source identity that the token has.
  Result<void> decide(const Question& question) const;

 private:
  // Has it explained to the role's account, where the provider is registered.
  void note(const Question& question, const policy::AccessRequest& request, const policy::PolicySet& policies,
            const Error& refusal) const;

  const Parts parts_;
};

}  // namespace coffer::sts
