#include "sts/web_identity.h"

#include <algorithm>
#include <deque>

#include "iam/entities.h"
#include "policy/access_denied.h"
#include "policy/evaluator.h"
#include "sts/arns.h"

namespace coffer::sts {
namespace {

constexpr Duration kLeeway = std::chrono::minutes(5);  // clocks differ

std::string epoch(Time time) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

// Host and path of the issuer, which name its provider; empty for what cannot be one.
std::string_view provider_name(std::string_view issuer, LoopbackHttp loopback) {
  if (!parse_web_address(issuer, loopback)) return {};
  return issuer.substr(issuer.find("://") + 3);
}

Result<void> check_times(const WebToken& token, Time now) {
  if (now - kLeeway >= token.expires) {
    return Error{ErrorCode::kExpiredWebIdentityToken, "Token expired: current date/time " + epoch(now) +
                                                          " must be before the expiration date/time" +
                                                          epoch(token.expires)};
  }
  if (now + kLeeway < token.issued || now + kLeeway < token.not_before) return invalid_web_token();
  return {};
}

// The claim azp, where there is one, says for whom the token was made; else aud.
Result<std::string> audience_of(const WebToken& token, const iam::OidcProvider& provider) {
  const auto is_registered = [&provider](const std::string& audience) {
    return std::ranges::find(provider.client_ids, audience) != provider.client_ids.end();
  };
  if (!token.authorized_party.empty() && is_registered(token.authorized_party)) return token.authorized_party;
  const auto found = std::ranges::find_if(token.audiences, is_registered);
  if (token.authorized_party.empty() && found != token.audiences.end()) return *found;
  return Error{ErrorCode::kInvalidIdentityToken, "Incorrect token audience"};
}

// The facts of such a request. Views into the question, and texts of its own.
class Facts {
 public:
  Facts(const WebIdentities::Question& question, const Region& region) {
    add_claims(question.identity);
    add_request(question.request);
    context_.add("aws:FederatedProvider", question.identity.provider_arn);
    if (question.role != nullptr) {
      for (const auto& [key, value] : question.role->role->tags) {
        context_.add_tag("aws:ResourceTag/", key, value);
        context_.add_tag("iam:ResourceTag/", key, value);
      }
    }
    context_.add("aws:RequestedRegion", region.text());
    context_.add_time("aws:CurrentTime", question.now);
    context_.add_epoch("aws:EpochTime", question.now);
    context_.add("aws:SecureTransport", question.client.uses_tls ? "true" : "false");
    context_.add("aws:ViaAWSService", "false");
    context_.add("aws:PrincipalIsAWSService", "false");
    if (!question.client.address.empty()) context_.add("aws:SourceIp", question.client.address);
    if (!question.client.user_agent.empty()) context_.add("aws:UserAgent", question.client.user_agent);
    if (!question.client.referer.empty()) context_.add("aws:referer", question.client.referer);
  }

  policy::RequestContext& context() { return context_; }

 private:
  void add_claims(const WebIdentity& identity) {
    const auto key = [&](std::string_view claim) -> std::string_view {
      return texts_.emplace_back(identity.provider_name + ":" + std::string(claim));
    };
    context_.add(key("aud"), identity.audience);
    context_.add(key("sub"), identity.token.subject);
    if (!identity.token.authorized_party.empty()) add_list(key("oaud"), identity.token.audiences);
    if (!identity.token.methods.empty()) add_list(key("amr"), identity.token.methods);
  }

  void add_request(const RoleRequest& request) {
    context_.add("sts:RoleSessionName", request.session_name);
    if (request.duration_seconds) {
      context_.add("sts:DurationSeconds", texts_.emplace_back(std::to_string(*request.duration_seconds)));
    }
    if (!request.source_identity.empty()) context_.add("sts:SourceIdentity", request.source_identity);
    std::vector<std::string> keys;
    std::vector<std::string> transitive;
    for (const SessionTag& tag : request.tags) {
      context_.add_tag("aws:RequestTag/", tag.key, tag.value);
      keys.push_back(tag.key);
      if (tag.is_transitive) transitive.push_back(tag.key);
    }
    if (!keys.empty()) add_list("aws:TagKeys", keys);
    if (!transitive.empty()) add_list("sts:TransitiveTagKeys", transitive);
  }

  void add_list(std::string_view key, const std::vector<std::string>& values) {
    std::vector<std::string_view>& views = lists_.emplace_back();
    for (const std::string& value : values)
      views.push_back(texts_.emplace_back(value));
    context_.add_list(key, views);
  }

  policy::RequestContext context_;
  std::deque<std::string> texts_;
  std::deque<std::vector<std::string_view>> lists_;
};

}  // namespace

Result<WebIdentity> WebIdentities::verify(std::string_view token, const AccountId& account, Time now) const {
  COFFER_ASSIGN(WebToken read, read_web_token(token));
  const std::string name(provider_name(read.issuer, parts_.loopback));
  if (name.empty()) return Error{ErrorCode::kInvalidIdentityToken, "Issuer must be a valid URL"};
  COFFER_ASSIGN(const iam::SnapshotPointer snapshot, parts_.identities.snapshot(account));
  const iam::OidcProvider* const provider = snapshot->entities().provider(name);
  // The issuer counts as it is written, though names are found whatever their case.
  if (provider == nullptr || provider->name != name) {
    return Error{ErrorCode::kInvalidIdentityToken,
                 "No OpenIDConnect provider found in your account for " + read.issuer};
  }
  COFFER_TRY(check_times(read, now));
  COFFER_ASSIGN(std::string audience, audience_of(read, *provider));
  COFFER_ASSIGN(const crypto::PublicKey key,
                parts_.keys.find({.issuer = read.issuer, .key_id = read.key_id, .algorithm = read.algorithm}));
  if (!key.verifies(read.signed_part, read.signature)) return invalid_web_token();
  return WebIdentity{std::move(read), provider->name, iam::arn_of(account, *provider), std::move(audience)};
}

Result<void> WebIdentities::decide(const Question& question) const {
  const auto role = parse_role_arn(question.role_arn);
  if (!role) return Error{ErrorCode::kValidation, std::string(question.role_arn) + " is invalid"};
  COFFER_ASSIGN(const organizations::PlacePointer place, parts_.organizations.place_of(role->account));
  Facts facts(question, parts_.region);
  facts.context().add("aws:ResourceAccount", role->account.text());
  const std::vector<std::string_view> paths(place->paths.begin(), place->paths.end());
  if (!place->organization.empty()) {
    facts.context().add("aws:ResourceOrgID", place->organization);
    facts.context().add_list("aws:ResourceOrgPaths", paths);
  }

  const std::vector<policy::PolicyList> resource_control(place->resource_control.begin(),
                                                         place->resource_control.end());
  const policy::PolicySet policies{.resource = question.role != nullptr ? question.role->role->trust.get() : nullptr,
                                   .resource_rule = policy::ResourceRule::kTrustPolicy,
                                   .resource_control = resource_control};
  const auto allows = [&](std::string_view action) -> Result<void> {
    const policy::AccessRequest request{
        .principal = {.kind = policy::PrincipalKind::kProvider, .arn = question.identity.provider_arn},
        .action = action,
        .resource = question.role_arn,
        .resource_account = role->account.text(),
        .resource_organization = place->organization,
        .context = facts.context()};
    const policy::Decision decision = policy::evaluate(request, policies);
    if (decision.allowed()) return {};
    Error refusal = policy::access_denied(request, policies, decision);
    note(question, request, policies, refusal);
    return refusal;
  };
  COFFER_TRY(allows("sts:AssumeRoleWithWebIdentity"));
  if (!question.request.tags.empty()) COFFER_TRY(allows("sts:TagSession"));
  if (!question.request.source_identity.empty()) COFFER_TRY(allows("sts:SetSourceIdentity"));
  return {};
}

void WebIdentities::note(const Question& question, const policy::AccessRequest& request,
                         const policy::PolicySet& policies, const Error& refusal) const {
  if (parts_.denials == nullptr) return;
  const AccountId account = AccountId::parse(request.resource_account).value_or(AccountId());
  const auth::Caller provider{.account = account,
                              .kind = auth::PrincipalKind::kAnonymous,
                              .arn = question.identity.provider_arn,
                              .access_key = {},
                              .user_id = {}};
  const api::Resource role{
      .name = std::string(question.role_arn), .account = account, .rule = policy::ResourceRule::kTrustPolicy};
  parts_.denials->note({.caller = provider,
                        .client = question.client,
                        .now = question.now,
                        .request_id = question.request_id,
                        .action = request.action,
                        .resource = role},
                       request, policies, refusal);
}

}  // namespace coffer::sts
