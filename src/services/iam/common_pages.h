// Lists in pages: Marker and MaxItems. A marker names the last item that was shown, so that a page goes on behind it,
// whether it still exists or not. Follows "Pagination" of each list (IAM API reference).
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "iam/lookups.h"
#include "services/iam/common.h"

namespace coffer::iam_service {

inline constexpr int64_t kDefaultPage = 100;

struct PageRequest {
  const std::optional<std::string>& marker;
  const std::optional<int64_t>& max_items;

  size_t limit() const { return static_cast<size_t>(max_items.value_or(kDefaultPage)); }
};

// The name behind which to go on. kValidation for what encode_marker() did not make.
Result<std::optional<std::string>> decode_marker(const std::optional<std::string>& marker);
std::optional<std::string> encode_marker(const std::optional<std::string>& name);

// One page of entities whose paths begin with the prefix.
template <class Entity>
Result<iam::Page<Entity>> page(const iam::Entities<Entity>& all, const PageRequest& request,
                               const std::optional<std::string>& path_prefix) {
  COFFER_ASSIGN(const auto after, decode_marker(request.marker));
  return iam::page_of(all, {.path_prefix = path_prefix ? *path_prefix : "/", .after = after, .limit = request.limit()});
}

// Cuts one page out of items, each of which has a key of its own. Returns the next marker.
template <class Item, class KeyOf>
Result<std::optional<std::string>> cut_page(std::vector<Item>& items, const PageRequest& request, const KeyOf& key_of) {
  COFFER_ASSIGN(const auto after, decode_marker(request.marker));
  std::ranges::sort(items, {}, key_of);
  if (after) std::erase_if(items, [&](const Item& item) { return std::invoke(key_of, item) <= *after; });
  if (items.size() <= request.limit()) return std::optional<std::string>();
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(request.limit()), items.end());
  return encode_marker(std::invoke(key_of, items.back()));
}

}  // namespace coffer::iam_service
