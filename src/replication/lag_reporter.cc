#include "replication/lag_reporter.h"

#include <algorithm>

#include "kms/lineage.h"
#include "replication/link_codec.h"
#include "store/keys.h"

namespace coffer::replication {
namespace {

using Kind = Delivery::Kind;

constexpr std::string_view kSecretKind = "secret";
constexpr size_t kMaxLookedAt = 10'000;  // of more marks nobody can say how old they are

// KMS keys that cannot be delivered may be very many, and say nothing about secrets.
std::vector<store::ScanRange> all_but_kms_keys(const std::string& prefix) {
  const store::ScanRange all = store::ScanRange::prefix(prefix, kMaxLookedAt);
  const store::ScanRange kms_keys =
      store::ScanRange::prefix(prefix + std::string(kms::kOutboxKind) + store::kSeparator);
  return {{all.begin, kms_keys.begin, kMaxLookedAt}, {kms_keys.end, all.end, kMaxLookedAt}};
}

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
  std::vector<std::string> keys;
  size_t looked_at = 0;
  for (const store::ScanRange& range : all_but_kms_keys(prefix_)) {
    const auto rows = parts_.store.scan(range);
    if (!rows.ok()) return store_down(rows.error());
    looked_at = std::max(looked_at, rows->size());
    for (const store::Row& row : *rows) {
      const auto key = store::OutboxKey::parse(row.key);
      // Of one that cannot be read nobody knows that it is not about a secret.
      const bool counts = !key || (key->kind == kSecretKind && !behind_.contains({key->account, key->name}));
      if (counts) keys.push_back(row.key);
    }
  }
  if (moment == 0 || looked_at == kMaxLookedAt) return {};
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
