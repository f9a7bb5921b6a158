#include "policy/fault.h"

namespace coffer::policy {

std::string_view name_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::kJson:
      return "Json";
    case FaultKind::kUnknownElement:
      return "UnknownElement";
    case FaultKind::kMissingElement:
      return "MissingElement";
    case FaultKind::kForbiddenElement:
      return "ForbiddenElement";
    case FaultKind::kConflictingElements:
      return "ConflictingElements";
    case FaultKind::kWrongType:
      return "WrongType";
    case FaultKind::kEmptyList:
      return "EmptyList";
    case FaultKind::kTooManyStatements:
      return "TooManyStatements";
    case FaultKind::kVersion:
      return "Version";
    case FaultKind::kEffect:
      return "Effect";
    case FaultKind::kSid:
      return "Sid";
    case FaultKind::kDuplicateSid:
      return "DuplicateSid";
    case FaultKind::kAction:
      return "Action";
    case FaultKind::kResource:
      return "Resource";
    case FaultKind::kConditionOperator:
      return "ConditionOperator";
    case FaultKind::kConditionKey:
      return "ConditionKey";
    case FaultKind::kConditionValue:
      return "ConditionValue";
    case FaultKind::kUnsupportedPrincipal:
      return "UnsupportedPrincipal";
    case FaultKind::kServicePrincipal:
      return "ServicePrincipal";
  }
  std::abort();
}

Error refusal(FaultKind kind) {
  std::string_view text = "This resource policy contains a syntax error.";
  if (kind == FaultKind::kUnsupportedPrincipal) text = "This resource policy contains an unsupported principal.";
  if (kind == FaultKind::kServicePrincipal) text = "This resource policy contains an invalid service principal.";
  return Error{ErrorCode::kMalformedPolicyDocument, std::string(text)};
}

}  // namespace coffer::policy
