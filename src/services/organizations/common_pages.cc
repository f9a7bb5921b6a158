#include "services/organizations/common_pages.h"

#include "base/encoding.h"
#include "organizations/refusals.h"

namespace coffer::organizations_service {

const std::optional<int64_t> PageRequest::kNoLimit;

std::string encode_page_token(std::string_view list, std::string_view last) {
  std::string text(list);
  text.append(1, '\n').append(last);
  return hex_encode(std::as_bytes(std::span(text)));
}

Result<std::string> decode_page_token(const PageRequest& request) {
  if (!request.next_token) return std::string();
  const auto text = hex_decode(*request.next_token);
  std::string prefix(request.list);
  prefix.push_back('\n');
  if (text && text->starts_with(prefix) && text->size() > prefix.size()) return text->substr(prefix.size());
  return organizations::invalid_input(
      "You specified an invalid value for NextToken. Get it from the response to a previous call of the operation.");
}

}  // namespace coffer::organizations_service
