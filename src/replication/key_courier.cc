#include "replication/key_courier.h"

namespace coffer::replication {
namespace {

using Kind = Delivery::Kind;

}  // namespace

Delivery KeyCourier::deliver(const store::OutboxKey& key, const store::Row& row) {
  const kms::KeyName name{key.account, key.name};
  Result<kms::KeyMessage> message = parts_.keys.message_for(name, parts_.destination);
  Result<Delivery> delivered = message.ok() ? Delivery{} : Result<Delivery>(message.error());
  if (message.ok()) {
    const auto* const shared = std::get_if<kms::SharedKey>(&*message);
    const auto* const report = std::get_if<kms::ReplicaReport>(&*message);
    delivered = shared != nullptr ? send(*shared, row) : report != nullptr ? send(*report, row) : done(row);
  }
  if (delivered.ok()) return std::move(delivered).value();
  if (is_store_trouble(delivered.error().code)) return store_down(delivered.error());
  return {Kind::kSetAside, std::string(error_name(delivered.error().code)) + ": " + delivered.error().message};
}

template <class Message>
Result<Delivery> KeyCourier::send(const Message& message, const store::Row& row) {
  const Result<kms::KeyAnswer> answer = parts_.link.send(message);
  if (!answer.ok()) {
    return Delivery{is_link_trouble(answer.error().code) ? Kind::kLinkDown : Kind::kSetAside, answer.error().message};
  }
  COFFER_ASSIGN(std::string complaint, parts_.keys.settle(message, parts_.destination, *answer));
  if (!complaint.empty()) return Delivery{Kind::kSetAside, std::move(complaint)};
  return done(row);
}

Result<Delivery> KeyCourier::done(const store::Row& row) {
  COFFER_TRY(clear_mark(parts_.store, row));
  return Delivery{};
}

}  // namespace coffer::replication
