// The bounds that the members of requests have, as the AWS model states them, and how Organizations refuses what is out
// of them.
#pragma once

#include "base/result.h"
#include "wire/shape.h"

namespace coffer::organizations_service {

extern const wire::Pattern kAccountIdPattern;
extern const wire::Pattern kRootIdPattern;
extern const wire::Pattern kUnitIdPattern;
extern const wire::Pattern kParentIdPattern;
extern const wire::Pattern kChildIdPattern;
extern const wire::Pattern kTargetIdPattern;
extern const wire::Pattern kPolicyIdPattern;
extern const wire::Pattern kResourceIdPattern;
extern const wire::Pattern kRequestIdPattern;
extern const wire::Pattern kAnyPattern;
extern const wire::Pattern kAccountNamePattern;
extern const wire::Pattern kEmailPattern;
extern const wire::Pattern kRoleNamePattern;
extern const wire::Pattern kServicePrincipalPattern;
extern const wire::Pattern kTagPattern;

inline constexpr std::string_view kPolicyTypeNames[] = {"SERVICE_CONTROL_POLICY",
                                                        "RESOURCE_CONTROL_POLICY",
                                                        "TAG_POLICY",
                                                        "BACKUP_POLICY",
                                                        "AISERVICES_OPT_OUT_POLICY",
                                                        "CHATBOT_POLICY",
                                                        "DECLARATIVE_POLICY_EC2",
                                                        "SECURITYHUB_POLICY",
                                                        "INSPECTOR_POLICY",
                                                        "UPGRADE_ROLLOUT_POLICY",
                                                        "BEDROCK_POLICY",
                                                        "S3_POLICY",
                                                        "NETWORK_SECURITY_DIRECTOR_POLICY"};
inline constexpr std::string_view kFeatureSets[] = {"ALL", "CONSOLIDATED_BILLING"};
inline constexpr std::string_view kChildTypes[] = {"ACCOUNT", "ORGANIZATIONAL_UNIT"};
inline constexpr std::string_view kRequestStates[] = {"IN_PROGRESS", "SUCCEEDED", "FAILED"};
inline constexpr std::string_view kBillingAccess[] = {"ALLOW", "DENY"};

inline constexpr wire::Constraint kAccountIdBounds{.max = 12, .pattern = &kAccountIdPattern};
inline constexpr wire::Constraint kRootIdBounds{.max = 34, .pattern = &kRootIdPattern};
inline constexpr wire::Constraint kUnitIdBounds{.max = 68, .pattern = &kUnitIdPattern};
inline constexpr wire::Constraint kParentIdBounds{.max = 100, .pattern = &kParentIdPattern};
inline constexpr wire::Constraint kChildIdBounds{.max = 100, .pattern = &kChildIdPattern};
inline constexpr wire::Constraint kTargetIdBounds{.max = 100, .pattern = &kTargetIdPattern};
inline constexpr wire::Constraint kPolicyIdBounds{.max = 130, .pattern = &kPolicyIdPattern};
inline constexpr wire::Constraint kResourceIdBounds{.max = 130, .pattern = &kResourceIdPattern};
inline constexpr wire::Constraint kRequestIdBounds{.max = 36, .pattern = &kRequestIdPattern};
inline constexpr wire::Constraint kUnitNameBounds{.min = 1, .max = 128, .pattern = &kAnyPattern};
inline constexpr wire::Constraint kPolicyNameBounds{.min = 1, .max = 128, .pattern = &kAnyPattern};
inline constexpr wire::Constraint kPolicyDescriptionBounds{.max = 512, .pattern = &kAnyPattern};
inline constexpr wire::Constraint kPolicyContentBounds{.min = 1, .pattern = &kAnyPattern};
inline constexpr wire::Constraint kPolicyTypeBounds{.values = kPolicyTypeNames};
inline constexpr wire::Constraint kFeatureSetBounds{.values = kFeatureSets};
inline constexpr wire::Constraint kChildTypeBounds{.values = kChildTypes};
inline constexpr wire::Constraint kRequestStateBounds{.values = kRequestStates};
inline constexpr wire::Constraint kRequestStatesBounds{.item = &kRequestStateBounds};
inline constexpr wire::Constraint kBillingAccessBounds{.values = kBillingAccess};
inline constexpr wire::Constraint kAccountNameBounds{.min = 1, .max = 50, .pattern = &kAccountNamePattern};
inline constexpr wire::Constraint kEmailBounds{.min = 6, .max = 64, .pattern = &kEmailPattern};
inline constexpr wire::Constraint kRoleNameBounds{.max = 64, .pattern = &kRoleNamePattern};
inline constexpr wire::Constraint kServicePrincipalBounds{.min = 1, .max = 128, .pattern = &kServicePrincipalPattern};
inline constexpr wire::Constraint kTagKeyBounds{.min = 1, .max = 128, .pattern = &kTagPattern};
inline constexpr wire::Constraint kTagValueBounds{.min = 0, .max = 256, .pattern = &kTagPattern};
inline constexpr wire::Constraint kTagKeysBounds{.item = &kTagKeyBounds};
inline constexpr wire::Constraint kNextTokenBounds{.max = 100'000, .pattern = &kAnyPattern};
inline constexpr wire::Constraint kMaxResultsBounds{.min = 1, .max = 20};

// kInvalidInput in the words that Organizations has for a ValidationException. They repeat nothing of the request:
// names and email addresses are nobody's business.
Error invalid_input_of(const Error& violation);

}  // namespace coffer::organizations_service
