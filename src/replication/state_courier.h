// Delivers a mark of something that flows from the identity home. At home: sends what the region lacks. Elsewhere, if
// the mark is for the home: asks whether it knows of the thing, and drops it here if not. Learns from every answer who
// is home. What a region has is asked once and then remembered.
#pragma once

#include <map>
#include <string>

#include "home/state_exporter.h"
#include "replication/delivery.h"
#include "replication/replicator.h"
#include "store/keys.h"

namespace coffer::replication {

class StateCourier {
 public:
  explicit StateCourier(const Replicator::Parts& parts) : parts_(parts) {}

  // Blocks in the link.
  Delivery deliver(const store::OutboxKey& key, const store::Row& row);

 private:
  struct Shipment;

  Result<Delivery> send(const Shipment& shipment);
  Result<Delivery> ask_home(const Shipment& shipment);
  void remember(const Shipment& shipment, const home::Stamp& stamp);
  // The region follows another home.
  Result<Delivery> follow(const Shipment& shipment, const home::Claim& other);
  Result<Delivery> done(const Shipment& shipment);

  const Replicator::Parts parts_;
  // By key of the mark; as long as `home_` is home and the region's process is that of `start_`.
  std::map<std::string, home::Stamp> known_;
  home::Claim home_;
  uint64_t start_ = 0;
};

}  // namespace coffer::replication
