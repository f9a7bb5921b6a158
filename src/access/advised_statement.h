// The statement with which a party would allow a request: no more than this action, to this caller, on this resource.
// Pure.
#pragma once

#include <string>

#include "access/denial.h"

namespace coffer::access {

// Which policies a statement would be added to: "the key policy of arn:aws:kms:us-east-1:111111111111:key/...".
std::string place_of(const Denial& denial, policy::Party party, uint32_t level);

// JSON. Of a resource's policy it names the caller (of a session, its role); the use of a key is allowed through the
// service only that asked for it.
std::string advised_statement(const Denial& denial, policy::Party party);

// The key that a secret gets whose default key cannot be shared is not known yet: the statement for an identity policy
// allows every key of that account, for this secret's value alone.
std::string advised_statement_for_any_key(const Denial& denial);

// How a document that holds such a statement is read.
policy::DocumentKind document_kind_of(const Denial& denial, policy::Party party);

}  // namespace coffer::access
