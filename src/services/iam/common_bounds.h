// The bounds that the members of requests have, as the AWS model states them.
#pragma once

#include "wire/shape.h"

namespace coffer::iam_service {

extern const wire::Pattern kNamePattern;
extern const wire::Pattern kPathPattern;
extern const wire::Pattern kPathPrefixPattern;
extern const wire::Pattern kPolicyPathPattern;
extern const wire::Pattern kPolicyTextPattern;
extern const wire::Pattern kMarkerPattern;
extern const wire::Pattern kAccessKeyIdPattern;
extern const wire::Pattern kAliasPattern;
extern const wire::Pattern kVersionIdPattern;
extern const wire::Pattern kDescriptionPattern;
extern const wire::Pattern kTagKeyPattern;
extern const wire::Pattern kTagValuePattern;

inline constexpr wire::Constraint kUserNameBounds{.min = 1, .max = 64, .pattern = &kNamePattern};
inline constexpr wire::Constraint kExistingUserNameBounds{.min = 1, .max = 128, .pattern = &kNamePattern};
inline constexpr wire::Constraint kGroupNameBounds{.min = 1, .max = 128, .pattern = &kNamePattern};
inline constexpr wire::Constraint kRoleNameBounds{.min = 1, .max = 64, .pattern = &kNamePattern};
inline constexpr wire::Constraint kPolicyNameBounds{.min = 1, .max = 128, .pattern = &kNamePattern};
inline constexpr wire::Constraint kPathBounds{.min = 1, .max = 512, .pattern = &kPathPattern};
inline constexpr wire::Constraint kPathPrefixBounds{.min = 1, .max = 512, .pattern = &kPathPrefixPattern};
inline constexpr wire::Constraint kPolicyPathBounds{.min = 1, .max = 512, .pattern = &kPolicyPathPattern};
inline constexpr wire::Constraint kArnBounds{.min = 20, .max = 2048};
inline constexpr wire::Constraint kPolicyTextBounds{.min = 1, .max = 131072, .pattern = &kPolicyTextPattern};
inline constexpr wire::Constraint kMarkerBounds{.min = 1, .max = 320, .pattern = &kMarkerPattern};
inline constexpr wire::Constraint kMaxItemsBounds{.min = 1, .max = 1000};
inline constexpr wire::Constraint kAccessKeyIdBounds{.min = 16, .max = 128, .pattern = &kAccessKeyIdPattern};
inline constexpr wire::Constraint kAliasBounds{.min = 3, .max = 63, .pattern = &kAliasPattern};
inline constexpr wire::Constraint kVersionIdBounds{.pattern = &kVersionIdPattern};
inline constexpr wire::Constraint kPolicyDescriptionBounds{.max = 1000};
inline constexpr wire::Constraint kRoleDescriptionBounds{.max = 1000, .pattern = &kDescriptionPattern};
inline constexpr wire::Constraint kMaxSessionDurationBounds{.min = 3600, .max = 43200};
inline constexpr wire::Constraint kClientIdBounds{.min = 1, .max = 255};
inline constexpr wire::Constraint kProviderUrlBounds{.min = 1, .max = 255};
inline constexpr wire::Constraint kThumbprintBounds{.min = 40, .max = 40};
inline constexpr wire::Constraint kThumbprintsBounds{.item = &kThumbprintBounds};
inline constexpr wire::Constraint kClientIdsBounds{.item = &kClientIdBounds};
inline constexpr wire::Constraint kTagsBounds{.max = 50};
inline constexpr wire::Constraint kTagKeyBounds{.min = 1, .max = 128, .pattern = &kTagKeyPattern};
inline constexpr wire::Constraint kTagValueBounds{.min = 0, .max = 256, .pattern = &kTagValuePattern};
inline constexpr wire::Constraint kTagKeysBounds{.max = 50, .item = &kTagKeyBounds};

}  // namespace coffer::iam_service
