#include "services/iam/common_pages.h"

#include "base/encoding.h"

namespace coffer::iam_service {

Result<std::optional<std::string>> decode_marker(const std::optional<std::string>& marker) {
  if (!marker) return std::optional<std::string>();
  const auto bytes = base64_decode(*marker);
  if (!bytes || bytes->empty()) return Error{ErrorCode::kValidation, "Invalid Marker."};
  return std::optional(std::string(bytes->view(SecretAccess("a marker is a name, and no secret"))));
}

std::optional<std::string> encode_marker(const std::optional<std::string>& name) {
  if (!name) return std::nullopt;
  return base64_encode(std::as_bytes(std::span(*name)));
}

}  // namespace coffer::iam_service
