// Members that several operations take, and what they may be.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sts/session_rules.h"
#include "wire/shape.h"

namespace coffer::sts_service {

extern const wire::Pattern kNamePattern;
extern const wire::Pattern kExternalIdPattern;
extern const wire::Pattern kArnPattern;
extern const wire::Pattern kPolicyPattern;
extern const wire::Pattern kTagKeyPattern;
extern const wire::Pattern kTagValuePattern;
extern const wire::Pattern kSerialNumberPattern;
extern const wire::Pattern kTokenCodePattern;
extern const wire::Pattern kAccessKeyIdPattern;

inline constexpr wire::Constraint kArnBounds{.min = 20, .max = 2048, .pattern = &kArnPattern};
inline constexpr wire::Constraint kSessionNameBounds{.min = 2, .max = 64, .pattern = &kNamePattern};
inline constexpr wire::Constraint kFederatedNameBounds{.min = 2, .max = 32, .pattern = &kNamePattern};
inline constexpr wire::Constraint kExternalIdBounds{.min = 2, .max = 1224, .pattern = &kExternalIdPattern};
inline constexpr wire::Constraint kPolicyBounds{.min = 1, .max = 2048, .pattern = &kPolicyPattern};
// Of AssumeRole, where a longer one is PackedPolicyTooLarge.
inline constexpr wire::Constraint kUnlimitedPolicyBounds{.min = 1, .pattern = &kPolicyPattern};
inline constexpr wire::Constraint kRoleDurationBounds{.min = 900, .max = 43200};
inline constexpr wire::Constraint kUserDurationBounds{.min = 900, .max = 129600};
inline constexpr wire::Constraint kSerialNumberBounds{.min = 9, .max = 256, .pattern = &kSerialNumberPattern};
inline constexpr wire::Constraint kTokenCodeBounds{.min = 6, .max = 6, .pattern = &kTokenCodePattern};
inline constexpr wire::Constraint kTagKeyBounds{.min = 1, .max = 128, .pattern = &kTagKeyPattern};
inline constexpr wire::Constraint kTagsBounds{.max = 50};
inline constexpr wire::Constraint kTagKeysBounds{.max = 50, .item = &kTagKeyBounds};

struct TagEntry {
  std::string key;
  std::string value;
  static constexpr wire::Field kFields[] = {
      wire::field<&TagEntry::key>("Key", kTagKeyBounds),
      wire::field<&TagEntry::value>("Value", {.min = 0, .max = 256, .pattern = &kTagValuePattern})};
};

struct PolicyDescriptor {
  std::optional<std::string> arn;
  static constexpr wire::Field kFields[] = {wire::field<&PolicyDescriptor::arn>("arn", kArnBounds)};
};

// The tags as sts::read_tags() reads them.
Result<std::vector<sts::SessionTag>> read_tags(const std::optional<std::vector<TagEntry>>& tags,
                                               const std::optional<std::vector<std::string>>& transitive_keys);

sts::SessionPolicies read_policies(const std::optional<std::string>& policy,
                                   const std::optional<std::vector<PolicyDescriptor>>& arns);

// kAccessDenied (AWS's text) when a second factor is shown: there are no devices that it could be of.
Result<void> refuse_second_factor(const std::optional<std::string>& serial_number,
                                  const std::optional<std::string>& token_code);

}  // namespace coffer::sts_service
