#include "replication/delivery.h"

namespace coffer::replication {

bool is_store_trouble(ErrorCode code) {
  switch (code) {
    case ErrorCode::kAborted:
    case ErrorCode::kConflict:
    case ErrorCode::kIo:
    case ErrorCode::kSealed:
    case ErrorCode::kServiceUnavailable:
    case ErrorCode::kTimeout:
      return true;
    default:
      return false;
  }
}

bool is_link_trouble(ErrorCode code) {
  return code == ErrorCode::kIo || code == ErrorCode::kTimeout || code == ErrorCode::kServiceUnavailable;
}

Delivery store_down(const Error& error) {
  return {Delivery::Kind::kStoreDown, std::string(error_name(error.code)) + ": " + error.message};
}

Result<bool> clear_mark(store::Store& store, const store::Row& row) {
  const auto committed = store.commit({.preconditions = {{row.key, row.revision}}, .puts = {}, .deletes = {row.key}});
  if (committed.ok()) return true;
  if (committed.error().code == ErrorCode::kConflict) return false;
  return committed.error();
}

}  // namespace coffer::replication
