// Whether a document gives access to everybody: what BlockPublicPolicy refuses and ValidateResourcePolicy reports.
//
// A statement is public when it allows something to everyone, or to all but some (NotPrincipal), and no condition pins
// the callers to fixed values, as Amazon S3 documents "The meaning of public", to which the guide of Secrets Manager
// points. Errs on the side of public: Deny statements are not subtracted, and actions and resources not looked at.
#pragma once

#include "policy/document.h"

namespace coffer::policy {

// A condition pins when its operator is positive (StringEquals, StringEqualsIgnoreCase, StringLike, ArnEquals, ArnLike,
// for addresses IpAddress), without IfExists and ForAllValues, and all its values are fixed, that is, without policy
// variables, and
//  - aws:SourceAccount, aws:PrincipalAccount, aws:PrincipalOrgID, aws:SourceVpc, aws:SourceVpce: without wildcards;
//  - aws:SourceArn, aws:PrincipalArn: with an account without wildcards, or, if the ARN has none, without any wildcard;
//  - aws:userid: without wildcards, except behind the colon (AROA...:*);
//  - aws:SourceIp: no range larger than /8 (IPv6: /32), except inside of the private ranges of RFC 1918.
bool grants_public_access(const Document& document);

}  // namespace coffer::policy
