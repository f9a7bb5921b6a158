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

}  // namespace

std::string_view error_name(ErrorCode code) {
  return row(code).name;
}
int http_status(ErrorCode code) {
  return row(code).status;
}
bool is_wire_error(ErrorCode code) {
  return code <= ErrorCode::kValidation;
}

}  // namespace coffer
