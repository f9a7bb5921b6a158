#include "base/error_codes.h"

namespace coffer {
namespace {

struct Row {
  std::string_view name;
  int status;
};

constexpr Row kRows[] = {
#define COFFER_ROW(name, wire, status) {wire, status},
    COFFER_WIRE_ERRORS(COFFER_ROW) COFFER_INTERNAL_ERRORS(COFFER_ROW)
#undef COFFER_ROW
};

const Row& row(ErrorCode code) {
  return kRows[static_cast<size_t>(code)];
}

// What IAM and STS call by another name, or answer with another status.
struct QueryRow {
  ErrorCode code;
  Row row;
};

constexpr QueryRow kQueryRows[] = {
    {ErrorCode::kAccessDenied, {"AccessDenied", 403}},
    {ErrorCode::kConcurrentModification, {"ConcurrentModification", 409}},
    {ErrorCode::kExpiredToken, {"ExpiredToken", 403}},
    {ErrorCode::kExpiredWebIdentityToken, {"ExpiredTokenException", 400}},
    {ErrorCode::kIdpCommunication, {"IDPCommunicationError", 400}},
    {ErrorCode::kInternalServiceError, {"ServiceFailure", 500}},
    {ErrorCode::kInvalidParameter, {"InvalidParameterValue", 400}},
    {ErrorCode::kInvalidSignature, {"SignatureDoesNotMatch", 403}},
    {ErrorCode::kLimitExceeded, {"LimitExceeded", 409}},
    {ErrorCode::kMissingAuthenticationToken, {"MissingAuthenticationToken", 403}},
    {ErrorCode::kRegionDisabled, {"RegionDisabledException", 403}},
    {ErrorCode::kSerialization, {"MalformedInput", 400}},
    {ErrorCode::kUnknownOperation, {"InvalidAction", 400}},
    {ErrorCode::kUnrecognizedClient, {"InvalidClientTokenId", 403}},
    {ErrorCode::kValidation, {"ValidationError", 400}},
};

Row query_row(ErrorCode code) {
  for (const QueryRow& other : kQueryRows) {
    if (other.code == code) return other.row;
  }
  constexpr std::string_view kSuffix = "Exception";
  Row same = row(code);
  if (same.name.ends_with(kSuffix)) same.name.remove_suffix(kSuffix.size());
  return same;
}

}  // namespace

std::string_view error_name(ErrorCode code) {
  return row(code).name;
}
int http_status(ErrorCode code) {
  return row(code).status;
}
std::string_view query_code(ErrorCode code) {
  return query_row(code).name;
}
int query_status(ErrorCode code) {
  return query_row(code).status;
}
bool is_wire_error(ErrorCode code) {
  return code <= ErrorCode::kValidation;
}

}  // namespace coffer
