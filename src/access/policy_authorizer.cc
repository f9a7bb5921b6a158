#include "access/policy_authorizer.h"

#include <optional>

#include "access/caller_side.h"
#include "access/explained_denials.h"
#include "policy/access_denied.h"

namespace coffer::access {
namespace {

// Services that are the same everywhere say that they are in us-east-1.
std::string_view requested_region(std::string_view action, const Region& region) {
  const bool is_global = action.starts_with("iam:") || action.starts_with("organizations:");
  return is_global ? std::string_view("us-east-1") : std::string_view(region.text());
}

// What is known of the request besides the caller and what the service has added.
void add_request_keys(const api::AccessQuestion& question, const Region& region, api::ConditionKeys& keys) {
  const bool is_forwarded = question.via == api::Via::kSecretsManager;
  // What is asked for in another region says so itself.
  if (keys.context().find("aws:RequestedRegion") == nullptr) {
    keys.add("aws:RequestedRegion", requested_region(question.action, region));
  }
  keys.context().add_time("aws:CurrentTime", question.now);
  keys.context().add_epoch("aws:EpochTime", question.now);
  keys.add_flag("aws:SecureTransport", question.client.uses_tls);
  keys.add_flag("aws:ViaAWSService", is_forwarded);
  keys.add_flag("aws:PrincipalIsAWSService", false);
  // The address of who calls: of a forwarded request that would be the service's.
  if (!is_forwarded && !question.client.address.empty()) keys.add("aws:SourceIp", question.client.address);
  if (!question.client.user_agent.empty()) keys.add("aws:UserAgent", question.client.user_agent);
  if (!question.client.referer.empty()) keys.add("aws:referer", question.client.referer);
}

void add_resource_keys(const AccountId& account, const organizations::OrganizationPlace& place,
                       api::ConditionKeys& keys) {
  keys.add("aws:ResourceAccount", account.text());
  if (place.organization.empty()) return;
  keys.add("aws:ResourceOrgID", place.organization);
  keys.add_list("aws:ResourceOrgPaths", {place.paths.begin(), place.paths.end()});
}

// Follows "Resource control policies" (Organizations user guide) on services and on what they do not reach.
bool has_resource_control(const api::AccessQuestion& question) {
  if (question.resource.is_managed_by_aws) return false;
  const std::string_view service = question.action.substr(0, question.action.find(':'));
  return service == "secretsmanager" || service == "kms" || service == "sts";
}

// Credentials that users and root get for themselves or hand on do not open IAM, but with a second factor.
// Follows "Compare AWS STS credentials" (IAM user guide).
bool is_kept_out_of_iam(const auth::Caller& caller, std::string_view action) {
  // To hand a role to a service is a part of another service's operation, and none of IAM's.
  if (caller.session == nullptr || !action.starts_with("iam:") || action == "iam:PassRole") return false;
  if (caller.kind == auth::PrincipalKind::kFederatedUser) return true;
  return caller.kind != auth::PrincipalKind::kRoleSession && !caller.session->mfa;
}

}  // namespace

Result<void> PolicyAuthorizer::authorize(const api::AccessQuestion& question, api::ConditionKeys& keys) const {
  if (is_kept_out_of_iam(question.caller, question.action)) {
    return Error{ErrorCode::kUnrecognizedClient, "The security token included in the request is invalid."};
  }
  const api::Resource& resource = question.resource;
  COFFER_ASSIGN(const iam::SnapshotPointer own, parts_.identities.snapshot(question.caller.account));
  COFFER_ASSIGN(const auto own_place, parts_.organizations.place_of(question.caller.account));
  auto owner_place = own_place;
  if (resource.account != question.caller.account) {
    COFFER_ASSIGN(owner_place, parts_.organizations.place_of(resource.account));
  }

  const CallerSide caller(question.caller, *own, *own_place);
  add_request_keys(question, parts_.region, keys);
  add_resource_keys(resource.account, *owner_place, keys);
  caller.add_keys(question.now, keys);

  std::vector<policy::PolicyList> resource_control;
  if (has_resource_control(question)) {
    resource_control.assign(owner_place->resource_control.begin(), owner_place->resource_control.end());
  }
  bool is_open = true;
  if (resource.account != question.caller.account) {
    COFFER_ASSIGN(is_open, this->is_open(resource.account));
  }
  const policy::PolicySet policies = caller.with({.resource = is_open ? resource.policy.get() : nullptr,
                                                  .resource_rule = resource.rule,
                                                  .granted = is_open ? resource.granted : policy::GrantedTo::kNobody,
                                                  .resource_control = resource_control});
  const policy::AccessRequest request{.principal = caller.principal(),
                                      .action = question.action,
                                      .resource = resource.name,
                                      .resource_account = resource.account.text(),
                                      .resource_organization = owner_place->organization,
                                      .context = keys.context()};
  const policy::Decision decision = policy::evaluate(request, policies);
  if (decision.allowed()) return {};
  Error error = policy::access_denied(request, policies, decision);
  if (!question.is_trial) ExplainedDenials(parts_.explanations).note(question, request, policies, error);
  return error;
}

Result<bool> PolicyAuthorizer::is_open(const AccountId& account) const {
  if (parts_.accounts == nullptr) return true;
  COFFER_ASSIGN(const std::optional<iam::AccountStatus> status, parts_.accounts->status(account));
  return status == iam::AccountStatus::kActive;
}

}  // namespace coffer::access
