// Lists in pages: NextToken and MaxResults. A token names the last item that was shown, so that a page goes on behind
// it, whether it still exists or not, and fits the list that it was made for. Not signed: it names a place in a list
// that the caller may read anyway.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace coffer::organizations_service {

inline constexpr int64_t kDefaultPage = 20;

struct PageRequest {
  std::string_view list;  // which one: the operation and its arguments
  const std::optional<std::string>& next_token;
  const std::optional<int64_t>& max_results = kNoLimit;

  size_t limit() const { return static_cast<size_t>(max_results.value_or(kDefaultPage)); }

  static const std::optional<int64_t> kNoLimit;
};

std::string encode_page_token(std::string_view list, std::string_view last);
// The item behind which to go on; empty: from the first on. kInvalidInput for what encode_page_token() did not make, or
// for another list.
Result<std::string> decode_page_token(const PageRequest& request);

// Cuts one page out of items in the order of their ids. Returns the next token.
template <class Item, class IdOf>
Result<std::optional<std::string>> cut_page(std::vector<Item>& items, const PageRequest& request, const IdOf& id_of) {
  COFFER_ASSIGN(const std::string after, decode_page_token(request));
  const auto text_of = [&](const Item& item) -> const std::string& { return std::invoke(id_of, item); };
  std::erase_if(items, [&](const Item& item) { return text_of(item) <= after; });
  if (items.size() <= request.limit()) return std::optional<std::string>();
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(request.limit()), items.end());
  return std::optional(encode_page_token(request.list, text_of(items.back())));
}

}  // namespace coffer::organizations_service
