// What is wrong with a policy document, and where. For logs and findings: the text that a client gets is AWS's, and
// says much less. Never repeats what the document says, except for names of members in the path.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace coffer::policy {

enum class FaultKind {
  kJson,                  // no JSON, a member twice in one object, or beyond the limits
  kUnknownElement,        // or one that is spelled otherwise
  kMissingElement,        //
  kForbiddenElement,      // not in this kind of document
  kConflictingElements,   // both Action and NotAction, and so on
  kWrongType,             //
  kEmptyList,             //
  kTooManyStatements,     //
  kVersion,               //
  kEffect,                //
  kSid,                   // a character that may not be in one
  kDuplicateSid,          //
  kAction,                //
  kResource,              //
  kConditionOperator,     //
  kConditionKey,          //
  kConditionValue,        // one that the operator can never be true for
  kUnsupportedPrincipal,  // malformed, of a kind that these documents do not take, or does not exist
  kServicePrincipal,      // a service principal that has not the form of one
};

struct Fault {
  FaultKind kind;
  std::string path;  // "Statement[0].Principal.AWS[1]"; empty: the document
  std::string message;
};

// "kUnknownElement" is "UnknownElement": for logs and tests.
std::string_view name_of(FaultKind kind);

// kMalformedPolicyDocument with the text that Secrets Manager has for such a fault.
Error refusal(FaultKind kind);

}  // namespace coffer::policy
