// Rows of family "p": what was decided about other regions at run time. Page: docs/formats/peers.md. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"

namespace coffer::regions {

// Where a region's link listener is.
struct Address {
  std::string host;
  uint16_t port = 0;

  std::string text() const { return host + ":" + std::to_string(port); }
  bool operator==(const Address&) const = default;
};

struct PeerRow {
  Address address;
  bool is_removed = false;
  bool is_lost = false;       // removed because it is lost for good
  bool is_forgotten = false;  // removed, and nothing here is about it any more
  Time decided{};
  std::string decided_by;  // an ARN
  bool operator==(const PeerRow&) const = default;
};

std::string peer_key(const Region& region);
// The prefix of all of them.
std::string peer_family();
std::optional<Region> region_of_peer_key(std::string_view key);

std::string encode(const PeerRow& row);
// kCorrupt.
Result<PeerRow> decode_peer(std::string_view value);

}  // namespace coffer::regions
