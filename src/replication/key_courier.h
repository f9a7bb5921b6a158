// Delivers a mark of a multi-region key: what this region has to tell the other about it now, as kms/key_exchange.h
// says, and records the answer.
#pragma once

#include "replication/delivery.h"
#include "replication/replicator.h"
#include "store/keys.h"

namespace coffer::replication {

class KeyCourier {
 public:
  explicit KeyCourier(const Replicator::Parts& parts) : parts_(parts) {}

  // Blocks in the link.
  Delivery deliver(const store::OutboxKey& key, const store::Row& row);

 private:
  template <class Message>
  Result<Delivery> send(const Message& message, const store::Row& row);
  Result<Delivery> done(const store::Row& row);

  const Replicator::Parts parts_;
};

}  // namespace coffer::replication
