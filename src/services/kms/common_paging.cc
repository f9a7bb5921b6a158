#include "services/kms/common_paging.h"

#include <algorithm>
#include <charconv>

namespace coffer::kms_service {

Error invalid_marker() {
  return Error{ErrorCode::kInvalidMarker, "The marker is not one that this operation has answered."};
}

Result<Slice> slice_behind(const std::optional<std::string>& marker, size_t limit, size_t size) {
  size_t begin = 0;
  if (marker) {
    const char* const end = marker->data() + marker->size();
    const auto [last, error] = std::from_chars(marker->data(), end, begin);
    if (error != std::errc() || last != end) return invalid_marker();
  }
  // What was behind it may have gone since.
  begin = std::min(begin, size);
  Slice slice{begin, std::min(size, begin + limit), std::nullopt};
  if (slice.end < size) slice.next_marker = std::to_string(slice.end);
  return slice;
}

}  // namespace coffer::kms_service
