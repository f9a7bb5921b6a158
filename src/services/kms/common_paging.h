// Lists in parts: Limit and Marker of a request, NextMarker and Truncated of the answer. A marker names the last thing
// of the part before, or its number; nothing is shown for a made-up one that would not be shown without.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coffer::kms_service {

Error invalid_marker();

template <class Request>
size_t limit_of(const Request& request, size_t when_absent) {
  return request.limit ? static_cast<size_t>(*request.limit) : when_absent;
}

// The part of a list that is in memory as a whole.
struct Slice {
  size_t begin;
  size_t end;
  std::optional<std::string> next_marker;
};
// kInvalidMarker for one that next_marker was not.
Result<Slice> slice_behind(const std::optional<std::string>& marker, size_t limit, size_t size);

template <class Request>
Result<Slice> slice_of(size_t size, const Request& request, size_t limit_when_absent) {
  return slice_behind(request.marker, limit_of(request, limit_when_absent), size);
}

}  // namespace coffer::kms_service
