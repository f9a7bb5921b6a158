#include "store/store.h"

#include <algorithm>

namespace coffer::store {
namespace {

bool is_reserved(std::string_view key) {
  return key.empty() || key.front() == '\0';
}

Error usage(std::string message) {
  return Error{ErrorCode::kUsage, std::move(message)};
}

}  // namespace

ScanRange ScanRange::prefix(std::string_view prefix, size_t limit) {
  ScanRange range{std::string(prefix), std::string(prefix), limit};
  // The first key after all that start with the prefix: its last byte that can grow, grown, and nothing behind it.
  while (!range.end.empty() && range.end.back() == '\xff')
    range.end.pop_back();
  if (!range.end.empty()) range.end.back() = static_cast<char>(static_cast<unsigned char>(range.end.back()) + 1);
  return range;
}

size_t transaction_bytes(const Transaction& transaction) {
  size_t bytes = 0;
  for (const Precondition& precondition : transaction.preconditions)
    bytes += precondition.key.size();
  for (const Put& put : transaction.puts)
    bytes += put.key.size() + put.value.size();
  for (const std::string& key : transaction.deletes)
    bytes += key.size();
  return bytes;
}

Result<void> check_limits(const Transaction& transaction) {
  const size_t operations = transaction.preconditions.size() + transaction.puts.size() + transaction.deletes.size();
  if (operations > kMaxOperations) {
    return usage("a transaction of " + std::to_string(operations) + " operations; the limit is " +
                 std::to_string(kMaxOperations));
  }
  const size_t bytes = transaction_bytes(transaction);
  if (bytes > kMaxTransactionBytes) {
    return usage("a transaction of " + std::to_string(bytes) + " bytes; the limit is " +
                 std::to_string(kMaxTransactionBytes));
  }
  std::vector<std::string_view> written;
  written.reserve(transaction.puts.size() + transaction.deletes.size());
  for (const Put& put : transaction.puts)
    written.push_back(put.key);
  for (const std::string& key : transaction.deletes)
    written.push_back(key);
  if (std::any_of(written.begin(), written.end(), is_reserved)) {
    return usage("a transaction writes an empty key or one that begins with NUL");
  }
  std::sort(written.begin(), written.end());
  if (std::adjacent_find(written.begin(), written.end()) != written.end()) {
    return usage("a transaction writes one key twice");
  }
  return {};
}

}  // namespace coffer::store
