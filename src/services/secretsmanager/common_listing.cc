#include "services/secretsmanager/common_listing.h"

#include <algorithm>

namespace coffer::secretsmanager {
namespace {

constexpr size_t kMaxSorted = 10'000;

// Where a secret stands in the order. Names make every key unique, so that a page can go on behind one.
Position position_of(const secrets::SecretView& view, SortBy by) {
  const secrets::Secret& secret = view.secret;
  switch (by) {
    case SortBy::kCreated:
      return {secret.created, secret.name};
    case SortBy::kLastAccessed:
      return {view.last_accessed.value_or(Time()), secret.name};
    case SortBy::kLastChanged:
      return {secret.changed, secret.name};
    case SortBy::kName:
      break;
  }
  return {Time(), secret.name};
}

struct Entry {
  Position position;
  secrets::SecretPointer view;
};

bool comes_before(const Position& a, const Position& b, SortOrder order) {
  const Position& first = order == SortOrder::kAscending ? a : b;
  const Position& second = order == SortOrder::kAscending ? b : a;
  return first.created != second.created ? first.created < second.created : first.name < second.name;
}

}  // namespace

ListOrder list_order(const std::optional<std::string>& sort_by, const std::optional<std::string>& sort_order) {
  ListOrder order;
  if (sort_by == "last-accessed-date") order.by = SortBy::kLastAccessed;
  if (sort_by == "last-changed-date") order.by = SortBy::kLastChanged;
  if (sort_by == "name") order.by = SortBy::kName;
  if (sort_order == "desc") order.order = SortOrder::kDescending;
  return order;
}

void add_filters(const std::vector<Filter>& filters, ListingArguments& arguments) {
  for (const Filter& filter : filters) {
    arguments.add(*filter.key);
    arguments.add(std::to_string(filter.values->size()));
    for (const std::string& value : *filter.values)
      arguments.add(value);
  }
}

Result<secrets::SecretStore::Page> list_page(const Rooms& rooms, const ListQuery& query) {
  const auto [by, order] = query.order;
  if (by == SortBy::kCreated && order == SortOrder::kAscending) {
    return rooms.secrets.list(query.account, query.after, query.limit, query.matches);
  }
  COFFER_ASSIGN(secrets::SecretStore::Page all,
                rooms.secrets.list(query.account, std::nullopt, kMaxSorted, query.matches));
  if (all.next) {
    return Error{ErrorCode::kInvalidParameter,
                 "More than 10,000 secrets can only be listed in the order of their creation: leave out SortBy and "
                 "SortOrder."};
  }
  std::vector<Entry> entries;
  for (secrets::SecretPointer& view : all.secrets) {
    Position position = position_of(*view, by);
    if (query.after && !comes_before(*query.after, position, order)) continue;
    entries.push_back({std::move(position), std::move(view)});
  }
  std::ranges::sort(
      entries, [order = order](const Position& a, const Position& b) { return comes_before(a, b, order); },
      &Entry::position);
  secrets::SecretStore::Page page;
  page.damaged = std::move(all.damaged);
  for (const Entry& entry : entries) {
    if (page.secrets.size() == query.limit) break;
    page.secrets.push_back(entry.view);
  }
  if (entries.size() > query.limit) page.next = entries[query.limit - 1].position;
  return page;
}

}  // namespace coffer::secretsmanager
