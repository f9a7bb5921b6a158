#include "regions/peer_rows.h"

#include <limits>

#include "regions/records.pb.h"
#include "store/keys.h"

namespace coffer::regions {
namespace {

constexpr std::string_view kFamily = "p";

}  // namespace

std::string peer_key(const Region& region) {
  return store::make_key(kFamily, {region.text()});
}

std::string peer_family() {
  return store::make_key(kFamily, {""});
}

std::optional<Region> region_of_peer_key(std::string_view key) {
  const auto parts = store::key_parts(kFamily, key);
  return parts.size() == 1 ? Region::parse(parts[0]) : std::nullopt;
}

std::string encode(const PeerRow& row) {
  PeerRecord record;
  record.set_host(row.address.host);
  record.set_port(row.address.port);
  record.set_removed(row.is_removed);
  record.set_lost(row.is_lost);
  record.set_forgotten(row.is_forgotten);
  record.set_decided(row.decided.time_since_epoch().count());
  record.set_decided_by(row.decided_by);
  return record.SerializeAsString();
}

Result<PeerRow> decode_peer(std::string_view value) {
  PeerRecord record;
  const bool is_parsed = record.ParseFromArray(value.data(), static_cast<int>(value.size()));
  const bool has_address =
      !record.host().empty() && record.port() > 0 && record.port() <= std::numeric_limits<uint16_t>::max();
  if (!is_parsed || !has_address) return Error{ErrorCode::kCorrupt, "the record of another region is damaged"};
  return PeerRow{.address = {record.host(), static_cast<uint16_t>(record.port())},
                 .is_removed = record.removed(),
                 .is_lost = record.lost(),
                 .is_forgotten = record.forgotten(),
                 .decided = Time(Duration(record.decided())),
                 .decided_by = record.decided_by()};
}

}  // namespace coffer::regions
