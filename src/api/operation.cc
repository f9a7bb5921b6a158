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

Result<void> Pipeline::refuse_freshness(const FreshnessDemand& demand, std::string_view operation) {
  if (!demand.is_any()) return {};
  const std::string_view header = demand.min_version ? kMinVersionHeader : kMaxStalenessHeader;
  return Error{ErrorCode::kValidation, std::string(header) + " is not supported by " + std::string(operation) + "."};
}

void Pipeline::tell_lag(const Authority& authority, const CopyLag& lag) {
  std::optional<CopyLag>* const told = authority.invocation_->lag;
  if (told == nullptr) return;
  const bool is_further = !told->has_value() || !lag || (**told && *lag > ***told);
  if (is_further) *told = lag;
}

}  // namespace coffer::api
