#include "sts/service_role.h"

#include <string>
#include <vector>

#include "policy/evaluator.h"
#include "sts/arns.h"
#include "sts/role_session.h"

namespace coffer::sts {
namespace {

// As long as the shortest session that there is: nothing that is done in its name takes longer.
constexpr Duration kSession = std::chrono::minutes(15);

Error refusal(const ServiceAssumption& assumption) {
  return Error{ErrorCode::kAccessDenied,
               std::string(assumption.service) +
                   " is not authorized to perform: sts:AssumeRole on resource: " + std::string(assumption.role_arn)};
}

Result<bool> trusts(const FoundRole& role, const ServiceAssumption& assumption,
                    const organizations::OrganizationCache& organizations) {
  const AccountId& account = role.snapshot->account();
  COFFER_ASSIGN(const organizations::PlacePointer place, organizations.place_of(account));
  policy::RequestContext context;
  context.add("aws:PrincipalIsAWSService", "true");
  context.add("aws:PrincipalServiceName", assumption.service);
  context.add("aws:SourceArn", assumption.source_arn);
  context.add("aws:SourceAccount", assumption.source_account.text());
  context.add("aws:ResourceAccount", account.text());
  context.add("aws:RequestedRegion", assumption.region.text());
  context.add("aws:ViaAWSService", "false");
  context.add("aws:SecureTransport", "true");
  context.add_time("aws:CurrentTime", assumption.now);
  context.add_epoch("aws:EpochTime", assumption.now);
  context.add("sts:RoleSessionName", assumption.session_name);
  const std::vector<std::string_view> paths(place->paths.begin(), place->paths.end());
  if (!place->organization.empty()) {
    context.add("aws:ResourceOrgID", place->organization);
    context.add_list("aws:ResourceOrgPaths", paths);
  }
  for (const auto& [key, value] : role.role->tags) {
    context.add_tag("aws:ResourceTag/", key, value);
    context.add_tag("iam:ResourceTag/", key, value);
  }
  const std::vector<policy::PolicyList> resource_control(place->resource_control.begin(),
                                                         place->resource_control.end());
  const policy::PolicySet policies{.resource = role.role->trust.get(),
                                   .resource_rule = policy::ResourceRule::kTrustPolicy,
                                   .resource_control = resource_control};
  const policy::AccessRequest request{.principal = {.kind = policy::PrincipalKind::kService, .arn = assumption.service},
                                      .action = "sts:AssumeRole",
                                      .resource = assumption.role_arn,
                                      .resource_account = account.text(),
                                      .resource_organization = place->organization,
                                      .context = context};
  return policy::evaluate(request, policies).allowed();
}

}  // namespace

Result<auth::Caller> assume_for_service(const ServiceAssumption& assumption, const iam::IdentityCache& identities,
                                        const organizations::OrganizationCache& organizations) {
  COFFER_ASSIGN(const auto role, find_role(assumption.role_arn, identities));
  if (role == nullptr) return refusal(assumption);
  COFFER_ASSIGN(const bool is_trusted, trusts(*role, assumption, organizations));
  if (!is_trusted) return refusal(assumption);
  const AccountId& account = role->snapshot->account();
  auto session = std::make_shared<auth::Session>();
  session->issued = assumption.now;
  session->expires = assumption.now + kSession;
  return auth::Caller{.account = account,
                      .kind = auth::PrincipalKind::kRoleSession,
                      .arn = assumed_role_arn(account, role->role->name, assumption.session_name),
                      .access_key = {},
                      .user_id = role->role->unique_id + ":" + std::string(assumption.session_name),
                      .session = std::move(session)};
}

}  // namespace coffer::sts
