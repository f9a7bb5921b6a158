// The rows of one secret at one moment in one piece: what a read needs, at a quarter of the memory that the parsed view
// takes, so that a million secrets stay in memory. Values are in it as the store has them, sealed. Immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/store.h"

namespace coffer::secrets {

class PackedSecret {
 public:
  struct Rows {
    store::Revision revision = 0;  // of the record
    std::string_view record;
    std::string_view access;                                              // empty: none
    std::vector<std::pair<std::string_view, std::string_view>> progress;  // region, row
    std::optional<std::string_view> value;                                // of AWSCURRENT, once it was read
  };
  explicit PackedSecret(const Rows& rows);
  std::shared_ptr<const PackedSecret> with_value(std::string_view value) const;
  std::shared_ptr<const PackedSecret> with_access(std::string_view access) const;

  // Views into this object.
  Rows rows() const;
  std::optional<std::string_view> value() const;
  // Bytes of memory that it takes, about.
  size_t weight() const { return sizeof(*this) + 2 * kAllocation + bytes_.capacity(); }

 private:
  static constexpr size_t kAllocation = 16;
  size_t value_begins() const { return size_t{record_size_} + access_size_ + progress_size_; }

  const store::Revision revision_;
  const uint32_t record_size_;
  const uint32_t access_size_;
  uint32_t progress_size_ = 0;
  const bool has_value_;
  std::string bytes_;  // record, access, progress (region and row in turn, each behind its size), value
};

}  // namespace coffer::secrets
