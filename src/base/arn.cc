#include "base/arn.h"

#include <array>

namespace coffer {

std::optional<Arn> Arn::parse(std::string_view text) {
  if (text.size() > 2048 || !text.starts_with("arn:")) return std::nullopt;
  std::array<std::string_view, 4> parts;
  std::string_view rest = text.substr(4);
  for (std::string_view& part : parts) {
    const size_t colon = rest.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    part = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  if (parts[0].empty() || parts[1].empty() || rest.empty()) return std::nullopt;
  return Arn{std::string(parts[0]), std::string(parts[1]), std::string(parts[2]), std::string(parts[3]),
             std::string(rest)};
}

std::string Arn::text() const {
  std::string result;
  result.reserve(8 + partition.size() + service.size() + region.size() + account.size() + resource.size());
  result.append("arn:").append(partition).append(":").append(service).append(":").append(region);
  result.append(":").append(account).append(":").append(resource);
  return result;
}

}  // namespace coffer
