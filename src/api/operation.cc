#include "api/operation.h"

namespace coffer::api {

Result<void> Pipeline::refuse(const wire::Value& input, std::span<const std::string_view> members) {
  for (const std::string_view member : members) {
    if (input.find(member) != nullptr) {
      return Error{ErrorCode::kInvalidParameter, std::string(member) + " is not supported."};
    }
  }
  return {};
}

}  // namespace coffer::api
