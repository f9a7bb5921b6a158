// One page of an account's secrets in the order that was asked for. The order of creation comes from the store's index;
// any other means sorting all of them for each page, which is refused beyond 10,000 secrets.
#pragma once

#include <functional>
#include <optional>

#include "services/secretsmanager/common_filters.h"
#include "services/secretsmanager/common_page_token.h"
#include "services/secretsmanager/rooms.h"

namespace coffer::secretsmanager {

enum class SortBy { kCreated, kLastAccessed, kLastChanged, kName };
enum class SortOrder { kAscending, kDescending };

struct ListOrder {
  SortBy by = SortBy::kCreated;
  SortOrder order = SortOrder::kAscending;
};

// nullopt means "not given": by creation, ascending. REQUIRES: values of the model's enums.
ListOrder list_order(const std::optional<std::string>& sort_by, const std::optional<std::string>& sort_order);

struct ListQuery {
  const AccountId& account;
  ListOrder order;
  std::optional<Position> after;
  size_t limit = 0;
  std::function<bool(const secrets::SecretView&)> matches;
};

// Makes the filters part of what a NextToken belongs to. REQUIRES: check_filters() passed.
void add_filters(const std::vector<Filter>& filters, ListingArguments& arguments);

// A page may hold fewer secrets than the limit and still have a next one. Damaged ones are left out, and the card must
// say so: Pipeline::leave_out(). kInvalidParameter: too many to sort.
Result<secrets::SecretStore::Page> list_page(const Rooms& rooms, const ListQuery& query);

}  // namespace coffer::secretsmanager
