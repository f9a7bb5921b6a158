#include "replication/lag_reporter.h"

#include "replication/link_codec.h"
#include "store/keys.h"

namespace coffer::replication {
namespace {

using Kind = Delivery::Kind;

constexpr std::string_view kSecretKind = "secret";
constexpr size_t kMaxLookedAt = 10'000;  // of more marks nobody can say how old they are

}  // namespace

LagReporter::LagReporter(const Replicator::Parts& parts)
    : parts_(parts), prefix_(store::OutboxKey::prefix(parts.destination)) {}

void LagReporter::settled(const store::Row& row, const Delivery& delivery) {
  const auto key = store::OutboxKey::parse(row.key);
  if (!key || key->kind != kSecretKind) return;
  const secrets::SecretName secret{key->account, key->name};
  switch (delivery.kind) {
    case Kind::kDone:
      undelivered_.delivered(row.key);
      behind_.erase(secret);
      break;
    case Kind::kRefused:
      undelivered_.delivered(row.key);
      if (delivery.leaves_copy) {
        behind_.insert(secret);
      } else {
        behind_.erase(secret);
      }
      break;
    case Kind::kSetAside:
      behind_.insert(secret);
      break;
    case Kind::kMarkedAnew:
    case Kind::kLinkDown:
    case Kind::kStoreDown:
      break;
  }
}

void LagReporter::refused(const secrets::SecretName& secret, secrets::CopyVerdict verdict) {
  if (verdict == secrets::CopyVerdict::kOlder || verdict == secrets::CopyVerdict::kAhead) {
    behind_.insert(secret);
  } else {
    behind_.erase(secret);
  }
}

Delivery LagReporter::report() {
  reported_ = parts_.clock.monotonic();
  // Before the look: what is committed later than this moment is not spoken of.
  const uint64_t moment = parts_.link.destination_moment();
  const std::chrono::microseconds begun = parts_.clock.stopwatch();
  const auto rows = parts_.store.scan(store::ScanRange::prefix(prefix_, kMaxLookedAt));
  if (!rows.ok()) return store_down(rows.error());
  if (moment == 0 || rows->size() == kMaxLookedAt) return {};
  std::vector<std::string> keys;
  for (const store::Row& row : *rows) {
    const auto key = store::OutboxKey::parse(row.key);
    // Of one that cannot be read nobody knows that it is not about a secret.
    const bool counts = !key || (key->kind == kSecretKind && !behind_.contains({key->account, key->name}));
    if (counts) keys.push_back(row.key);
  }
  const auto complete_to = undelivered_.look(begun, keys);
  if (!complete_to || behind_.size() > kMaxBehind) return {};
  const Result<void> sent = parts_.link.send(secrets::Heartbeat{.start = parts_.link.destination_start(),
                                                                .moment = moment,
                                                                .undelivered = begun - *complete_to,
                                                                .behind = {behind_.begin(), behind_.end()}});
  if (sent.ok() || !is_link_trouble(sent.error().code)) return {};
  return {Kind::kLinkDown, sent.error().message};
}

}  // namespace coffer::replication
