// What names, paths and ids of identities may be. Follows the patterns of the IAM API reference.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"

namespace coffer::iam {

// Letters, digits and any of _+=,.@-
bool is_name(std::string_view text);
// "/", or printable ASCII between slashes.
bool is_path(std::string_view text);
// The same of a managed policy: words of name characters between slashes.
bool is_policy_path(std::string_view text);
// A slash and printable ASCII.
bool is_path_prefix(std::string_view text);
// 3 to 63 of a-z, 0-9 and hyphens, no two hyphens in a row and none at an end. All digits are an account id.
bool is_account_alias(std::string_view text);
// 16 to 128 of A-Z and 0-9.
bool is_unique_id(std::string_view text);
// No more than tabs, line breaks and U+0020 to U+00FF: what a policy document is made of.
bool is_policy_text(std::string_view text);

// What begins an id.
inline constexpr std::string_view kUserIdPrefix = "AIDA";
inline constexpr std::string_view kGroupIdPrefix = "AGPA";
inline constexpr std::string_view kRoleIdPrefix = "AROA";
inline constexpr std::string_view kPolicyIdPrefix = "ANPA";
// The prefix and 17 characters of A-Z2-7.
std::string draw_unique_id(std::string_view prefix, Random& random);

// kValidation unless the name has 1 to `max` characters of is_name().
Result<void> check_name(std::string_view name, size_t max);
// kValidation unless the path is one of at most 512 characters.
Result<void> check_path(std::string_view path);

}  // namespace coffer::iam
